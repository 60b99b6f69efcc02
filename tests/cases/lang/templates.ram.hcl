ramctl {
  stack = "templates"
}

locals {
  h0 = <<-EOT
%{ if false }
    tail   
%{ else ~}
%{ for i in [1, 2] } - ${i}
${"a"}${"b"~}
%{~ endfor }
%{ endif ~}
  ${ "v" ~}
${ "v" ~} post
    EOT
  q0 = "%{ if false }\n    tail   \n%{ else ~}\n%{ for i in [1, 2] } - ${i}\n${"a"}${"b"~}\n%{~ endfor }\n%{ endif ~}\n  ${ "v" ~}\n${ "v" ~} post\n"
  h1 = <<-EOT
    "q"
    \n
    EOT
  q1 = "    q\n    \n"
  h2 = <<EOT
%{ if false } in       tail   
%{ else ~} ew         %{~ if false }
      ${"a"}${"b"}
        %{~ endif ~}
%{~ endif ~}
    %{ for i in [1, 2] ~}     - ${i}
      %{ if true ~}
      %{~ if false }
        pre ${ "v" ~} post
      %{~ endif ~}
      %{ endif }
    %{ endfor }
  EOT
  q2 = "%{ if false } in       tail   \n%{ else ~} ew         %{~ if false }\n      ${"a"}${"b"}\n        %{~ endif ~}\n%{~ endif ~}\n    %{ for i in [1, 2] ~}     - ${i}\n      %{ if true ~}\n      %{~ if false }\n        pre ${ "v" ~} post\n      %{~ endif ~}\n      %{ endif }\n    %{ endfor }\n"
  h3 = <<EOT
      EOT
  q3 = ""
  h4 = <<EOT
  tail   
      pre ${ "v" } post
      EOT
  q4 = "  tail   \n      pre ${ "v" } post\n"
  h5 = <<-EOT
      text
    \n
    text
EOT
  q5 = "      text\n    \n    text\n"
  h6 = <<-EOT
  text
  tail   
  %%{w}
    %{ if true ~} in   ${ "v" } post
    %{~ endif }
EOT
  q6 = "  text\n  tail   \n  %%{w}\n    %{ if true ~} in   ${ "v" } post\n    %{~ endif }\n"
  h7 = <<-EOT
%{~ if true ~} in     ${"a"}${"b"~}
%{ endif }
      EOT
  q7 = "%{~ if true ~} in     ${"a"}${"b"~}\n%{ endif }\n"
  h8 = <<EOT
  ${ "v" ~} post
    EOT
  q8 = "  ${ "v" ~} post\n"
  h9 = <<-EOT
    %{~ for i in [1, 2] }
    - ${i}
    %%{w}
    %{ endfor ~}
        %{ if false ~}
%{~ for i in [1, 2] } - ${i}
    ${~ "v" ~} post
%{ endfor }
        %{ else }
      ${~ "v" ~}
        %{ endif }
x $ y
      EOT
  q9 = "    %{~ for i in [1, 2] }\n    - ${i}\n    %%{w}\n    %{ endfor ~}\n        %{ if false ~}\n%{~ for i in [1, 2] } - ${i}\n    ${~ "v" ~} post\n%{ endfor }\n        %{ else }\n      ${~ "v" ~}\n        %{ endif }\nx $ y\n"
  h10 = <<-EOT
    EOT
  q10 = ""
  h11 = <<-EOT
        %%{w}
      x $ y
    \n
        %{~ if true }
    %{ for i in [1, 2] }
    - ${i}
${~ "v" ~}
    %{ endfor }
        %{ else } ew pre ${~ "v" } post
        %{~ endif ~}
  EOT
  q11 = "        %%{w}\n      x $ y\n    \n        %{~ if true }\n    %{ for i in [1, 2] }\n    - ${i}\n${~ "v" ~}\n    %{ endfor }\n        %{ else } ew pre ${~ "v" } post\n        %{~ endif ~}\n"
  h12 = <<EOT
    %{~ for i in [1, 2] }     - ${i}

    %{ endfor ~}
    a  b
    %{~ for i in [1, 2] }     - ${i}
    ${"a"}${"b"~}
    %{~ endfor }
    ${"a"}${"b"~}
      EOT
  q12 = "    %{~ for i in [1, 2] }     - ${i}\n\n    %{ endfor ~}\n    a  b\n    %{~ for i in [1, 2] }     - ${i}\n    ${"a"}${"b"~}\n    %{~ endfor }\n    ${"a"}${"b"~}\n"
  h13 = <<-EOT

EOT
  q13 = "\n"
  h14 = <<-EOT
      %{~ if false }
    ${"a"}${"b"}
      %{ else } ew       %{~ for i in [1, 2] ~}
      - ${i}%{~ if true } in     %{ for i in [1, 2] }     - ${i}
    %{ if false } in         tail   
    %{~ endif }
    %{ endfor }
%{ endif ~}
      %{ endfor }
      %{ endif ~}
        %{ if false ~}
$${z}
        %{ else } ew       a  b
        %{~ endif ~}
      pre ${ "v" } post
  EOT
  q14 = "      %{~ if false }\n    ${"a"}${"b"}\n      %{ else } ew       %{~ for i in [1, 2] ~}\n      - ${i}%{~ if true } in     %{ for i in [1, 2] }     - ${i}\n    %{ if false } in         tail   \n    %{~ endif }\n    %{ endfor }\n%{ endif ~}\n      %{ endfor }\n      %{ endif ~}\n        %{ if false ~}\n$${z}\n        %{ else } ew       a  b\n        %{~ endif ~}\n      pre ${ "v" } post\n"
  h15 = <<EOT
${"a"}${"b"}
  tail   
tail   
    EOT
  q15 = "${"a"}${"b"}\n  tail   \ntail   \n"
  h16 = <<EOT
  x $ y
$${z}
    EOT
  q16 = "  x $ y\n$${z}\n"
  h17 = <<-EOT
    "q"
    EOT
  q17 = "    q\n"
  h18 = <<-EOT

  %{ if true ~}
      text
  %{~ else ~}
      x $ y
  %{~ endif ~}
      EOT
  q18 = "\n  %{ if true ~}\n      text\n  %{~ else ~}\n      x $ y\n  %{~ endif ~}\n"
  h19 = <<-EOT
%{~ if true }
x $ y
%{ endif ~}
        %{ for i in [1, 2] }
        - ${i}      a  b
        %{ endfor }
      %{~ if true ~}
    %{ if false ~} in     text
    %{ endif }
      %{~ endif ~}
    %{ if true ~}
${~ "v" ~} post
    %{~ else }

    %{ endif ~}
      EOT
  q19 = "%{~ if true }\nx $ y\n%{ endif ~}\n        %{ for i in [1, 2] }\n        - ${i}      a  b\n        %{ endfor }\n      %{~ if true ~}\n    %{ if false ~} in     text\n    %{ endif }\n      %{~ endif ~}\n    %{ if true ~}\n${~ "v" ~} post\n    %{~ else }\n\n    %{ endif ~}\n"
  h20 = <<-EOT

        $${z}
    EOT
  q20 = "\n        $${z}\n"
  h21 = <<-EOT
    EOT
  q21 = ""
  h22 = <<-EOT

      pre ${~ "v" } post

    EOT
  q22 = "\n      pre ${~ "v" } post\n\n"
  h23 = <<-EOT
%{ for i in [1, 2] } - ${i}
%{ endfor ~}
    ${"a"}${"b"~}
EOT
  q23 = "%{ for i in [1, 2] } - ${i}\n%{ endfor ~}\n    ${"a"}${"b"~}\n"
  h24 = <<-EOT
    tail   
    EOT
  q24 = "    tail   \n"
  h25 = <<-EOT
      %{ for i in [1, 2] }
      - ${i}    pre ${~ "v" }
      %{ endfor ~}
    pre ${~ "v" ~} post
    %{~ if false }
%{ if false } in       ${"a"}${~"b"}
%{ endif }
    %{ else ~}

    %{ endif ~}
      EOT
  q25 = "      %{ for i in [1, 2] }\n      - ${i}    pre ${~ "v" }\n      %{ endfor ~}\n    pre ${~ "v" ~} post\n    %{~ if false }\n%{ if false } in       ${"a"}${~"b"}\n%{ endif }\n    %{ else ~}\n\n    %{ endif ~}\n"
  h26 = <<-EOT
\n
  x $ y
      %{ if true ~}

      %{ else }
    pre ${ "v" } post
      %{~ endif ~}
  EOT
  q26 = "\n  x $ y\n      %{ if true ~}\n\n      %{ else }\n    pre ${ "v" } post\n      %{~ endif ~}\n"
  h27 = <<-EOT
\n
EOT
  q27 = "\n"
  h28 = <<EOT
  EOT
  q28 = ""
  h29 = <<-EOT
  ${"a"}${~"b"}
  "q"
      EOT
  q29 = "  ${"a"}${~"b"}\n  q\n"
  h30 = <<-EOT
      $${z}
  ${"a"}${~"b"}
  ${ "v" ~} post
  \n
      EOT
  q30 = "      $${z}\n  ${"a"}${~"b"}\n  ${ "v" ~} post\n  \n"
  h31 = <<-EOT
    %{ if false } in     %{~ if true } in         %{ if true ~}

        %{~ else } ew     %{~ if false }
${"a"}${"b"}
    %{ endif ~}
        %{ endif }
    %{~ else ~}
    ${"a"}${~"b"}
    %{ endif ~}
    %{~ else ~} ew ${ "v" ~}
    %{~ endif ~}
EOT
  q31 = "    %{ if false } in     %{~ if true } in         %{ if true ~}\n\n        %{~ else } ew     %{~ if false }\n${"a"}${"b"}\n    %{ endif ~}\n        %{ endif }\n    %{~ else ~}\n    ${"a"}${~"b"}\n    %{ endif ~}\n    %{~ else ~} ew ${ "v" ~}\n    %{~ endif ~}\n"
  h32 = <<EOT
  
pre ${ "v" ~} post
  \n
EOT
  q32 = "  \npre ${ "v" ~} post\n  \n"
  h33 = <<EOT
      %{ for i in [1, 2] ~}
      - ${i}$${z}
      %{ endfor }
    EOT
  q33 = "      %{ for i in [1, 2] ~}\n      - ${i}$${z}\n      %{ endfor }\n"
  h34 = <<-EOT
        ${"a"}${"b"~}
    %{~ if false }
    a  b
    %{~ else ~} ew       ${"a"}${"b"~}
    %{ endif }
    EOT
  q34 = "        ${"a"}${"b"~}\n    %{~ if false }\n    a  b\n    %{~ else ~} ew       ${"a"}${"b"~}\n    %{ endif }\n"
  h35 = <<EOT
  \n

  "q"
pre ${~ "v" } post
EOT
  q35 = "  \n\n  q\npre ${~ "v" } post\n"
  h36 = <<-EOT
tail   
      ${ "v" } post
    ${~ "v" ~} post
    pre ${~ "v" } post
  EOT
  q36 = "tail   \n      ${ "v" } post\n    ${~ "v" ~} post\n    pre ${~ "v" } post\n"
  h37 = <<-EOT
      "q"
    EOT
  q37 = "      q\n"
  h38 = <<-EOT
        ${"a"}${"b"}
%{ if true ~}
    %{ for i in [1, 2] ~}
    - ${i}
        "q"
    %{ endfor ~}
%{ endif ~}
    EOT
  q38 = "        ${"a"}${"b"}\n%{ if true ~}\n    %{ for i in [1, 2] ~}\n    - ${i}\n        q\n    %{ endfor ~}\n%{ endif ~}\n"
  h39 = <<EOT
    EOT
  q39 = ""
  h40 = <<-EOT

      "q"
EOT
  q40 = "\n      q\n"
  h41 = <<-EOT
    a  b
      \n
EOT
  q41 = "    a  b\n      \n"
  h42 = <<-EOT
  %{ if true ~} in   pre ${~ "v" } post
  %{~ endif ~}
  ${~ "v" ~}
    ${"a"}${"b"~}
EOT
  q42 = "  %{ if true ~} in   pre ${~ "v" } post\n  %{~ endif ~}\n  ${~ "v" ~}\n    ${"a"}${"b"~}\n"
  h43 = <<-EOT
      %{ for i in [1, 2] }
      - ${i}
      ${~ "v" }
      %{~ endfor ~}
    a  b
      "q"

      EOT
  q43 = "      %{ for i in [1, 2] }\n      - ${i}\n      ${~ "v" }\n      %{~ endfor ~}\n    a  b\n      q\n\n"
  h44 = <<-EOT
    ${"a"}${"b"}
  %{~ if true ~}
pre ${ "v" ~} post
  %{ else }
%{~ for i in [1, 2] } - ${i}  pre ${~ "v" } post
%{~ endfor ~}
  %{~ endif ~}
\n
    pre ${ "v" ~} post
EOT
  q44 = "    ${"a"}${"b"}\n  %{~ if true ~}\npre ${ "v" ~} post\n  %{ else }\n%{~ for i in [1, 2] } - ${i}  pre ${~ "v" } post\n%{~ endfor ~}\n  %{~ endif ~}\n\n    pre ${ "v" ~} post\n"
  h45 = <<-EOT
pre ${ "v" }
  a  b
EOT
  q45 = "pre ${ "v" }\n  a  b\n"
  h46 = <<EOT
a  b
  EOT
  q46 = "a  b\n"
  h47 = <<-EOT
    ${"a"}${"b"}
        %{~ for i in [1, 2] }         - ${i}      ${"a"}${"b"~}
        %{~ endfor }
    EOT
  q47 = "    ${"a"}${"b"}\n        %{~ for i in [1, 2] }         - ${i}      ${"a"}${"b"~}\n        %{~ endfor }\n"
  h48 = <<EOT

  %%{w}
      EOT
  q48 = "\n  %%{w}\n"
  h49 = <<-EOT
EOT
  q49 = ""
  h50 = <<EOT
        ${~ "v" ~} post
    x $ y

  EOT
  q50 = "        ${~ "v" ~} post\n    x $ y\n\n"
  h51 = <<EOT
  %{~ for i in [1, 2] ~}
  - ${i}
  tail   
  %{~ endfor ~}
  %{~ for i in [1, 2] }
  - ${i}
      %%{w}
  %{~ endfor }
    EOT
  q51 = "  %{~ for i in [1, 2] ~}\n  - ${i}\n  tail   \n  %{~ endfor ~}\n  %{~ for i in [1, 2] }\n  - ${i}\n      %%{w}\n  %{~ endfor }\n"
  h52 = <<EOT
      ${ "v" ~} post
"q"
    %{ if true } in   ${ "v" ~} post
    %{~ endif }
  EOT
  q52 = "      ${ "v" ~} post\nq\n    %{ if true } in   ${ "v" ~} post\n    %{~ endif }\n"
  h53 = <<-EOT
EOT
  q53 = ""
  h54 = <<-EOT
text
  EOT
  q54 = "text\n"
  h55 = <<-EOT
        pre ${ "v" ~}
    EOT
  q55 = "        pre ${ "v" ~}\n"
  h56 = <<EOT
%{~ if false ~}
    %{ if true } in a  b
    %{~ else } ew     %{~ if false }
%{ for i in [1, 2] ~}
- ${i}
  ${"a"}${"b"~}
%{~ endfor }
    %{~ else ~}
    %{ for i in [1, 2] ~}
    - ${i}%{ if true }
      x $ y
%{ else }
a  b
%{ endif }
    %{~ endfor }
    %{ endif ~}
    %{ endif }
%{ else }
${"a"}${~"b"~}
%{ endif }
  $${z}

    EOT
  q56 = "%{~ if false ~}\n    %{ if true } in a  b\n    %{~ else } ew     %{~ if false }\n%{ for i in [1, 2] ~}\n- ${i}\n  ${"a"}${"b"~}\n%{~ endfor }\n    %{~ else ~}\n    %{ for i in [1, 2] ~}\n    - ${i}%{ if true }\n      x $ y\n%{ else }\na  b\n%{ endif }\n    %{~ endfor }\n    %{ endif ~}\n    %{ endif }\n%{ else }\n${"a"}${~"b"~}\n%{ endif }\n  $${z}\n\n"
  h57 = <<-EOT
    EOT
  q57 = ""
  h58 = <<-EOT
%{~ if true ~}

%{ else ~}
        ${~ "v" }
%{~ endif ~}
    \n
    EOT
  q58 = "%{~ if true ~}\n\n%{ else ~}\n        ${~ "v" }\n%{~ endif ~}\n    \n"
  h59 = <<EOT
    ${"a"}${"b"}
${~ "v" } post
      
%{~ for i in [1, 2] } - ${i}
      
%{ endfor ~}
  EOT
  q59 = "    ${"a"}${"b"}\n${~ "v" } post\n      \n%{~ for i in [1, 2] } - ${i}\n      \n%{ endfor ~}\n"
  h60 = <<-EOT
      ${~ "v" ~}
    %{~ for i in [1, 2] }     - ${i}  %{ if true ~} in   %{ if false ~}
  %{~ if false }

  %{ endif }
  %{ endif }
  %{ else ~} ew   ${ "v" ~}
  %{~ endif ~}
    %{ endfor }
    
  pre ${ "v" } post
      EOT
  q60 = "      ${~ "v" ~}\n    %{~ for i in [1, 2] }     - ${i}  %{ if true ~} in   %{ if false ~}\n  %{~ if false }\n\n  %{ endif }\n  %{ endif }\n  %{ else ~} ew   ${ "v" ~}\n  %{~ endif ~}\n    %{ endfor }\n    \n  pre ${ "v" } post\n"
  h61 = <<-EOT
      %{~ if true }
    %{~ if false ~}
  %{~ for i in [1, 2] }   - ${i}pre ${ "v" ~}
  %{~ endfor ~}
    %{ endif }
      %{ else }
pre ${ "v" ~}
      %{~ endif ~}
    ${ "v" ~}
      %{~ if true ~} in 
      %{~ else ~} ew   tail   
      %{ endif ~}
      EOT
  q61 = "      %{~ if true }\n    %{~ if false ~}\n  %{~ for i in [1, 2] }   - ${i}pre ${ "v" ~}\n  %{~ endfor ~}\n    %{ endif }\n      %{ else }\npre ${ "v" ~}\n      %{~ endif ~}\n    ${ "v" ~}\n      %{~ if true ~} in \n      %{~ else ~} ew   tail   \n      %{ endif ~}\n"
  h62 = <<-EOT
${"a"}${"b"~}
  EOT
  q62 = "${"a"}${"b"~}\n"
  h63 = <<-EOT
    ${~ "v" ~}
      $${z}
    ${"a"}${~"b"}
    EOT
  q63 = "    ${~ "v" ~}\n      $${z}\n    ${"a"}${~"b"}\n"
  h64 = <<-EOT

  %{ if false ~}
      %%{w}
  %{ endif ~}
EOT
  q64 = "\n  %{ if false ~}\n      %%{w}\n  %{ endif ~}\n"
  h65 = <<EOT
  ${"a"}${~"b"}
  EOT
  q65 = "  ${"a"}${~"b"}\n"
  h66 = <<-EOT

      ${ "v" ~}
  ${~ "v" }
    EOT
  q66 = "\n      ${ "v" ~}\n  ${~ "v" }\n"
  h67 = <<-EOT
      ${~ "v" ~}
      EOT
  q67 = "      ${~ "v" ~}\n"
  h68 = <<-EOT
${~ "v" ~} post
    EOT
  q68 = "${~ "v" ~} post\n"
  h69 = <<-EOT
${~ "v" }
    %{ if false ~}
      x $ y
    %{~ else ~} ew         %{ for i in [1, 2] ~}         - ${i}        ${~ "v" ~} post
        %{~ endfor ~}
    %{~ endif ~}
    %{ for i in [1, 2] ~}
    - ${i}    x $ y
    %{ endfor }
      EOT
  q69 = "${~ "v" }\n    %{ if false ~}\n      x $ y\n    %{~ else ~} ew         %{ for i in [1, 2] ~}         - ${i}        ${~ "v" ~} post\n        %{~ endfor ~}\n    %{~ endif ~}\n    %{ for i in [1, 2] ~}\n    - ${i}    x $ y\n    %{ endfor }\n"
  h70 = <<EOT
      pre ${ "v" }
      text
        %{~ for i in [1, 2] }
        - ${i}
      x $ y
        %{ endfor }
      %{ for i in [1, 2] }       - ${i}
        %{~ for i in [1, 2] ~}
        - ${i}tail   
        %{ endfor ~}
      %{ endfor }
      EOT
  q70 = "      pre ${ "v" }\n      text\n        %{~ for i in [1, 2] }\n        - ${i}\n      x $ y\n        %{ endfor }\n      %{ for i in [1, 2] }       - ${i}\n        %{~ for i in [1, 2] ~}\n        - ${i}tail   \n        %{ endfor ~}\n      %{ endfor }\n"
  h71 = <<EOT
      x $ y
      ${ "v" ~}
%{~ for i in [1, 2] }
- ${i}
${"a"}${"b"}
%{ endfor ~}
EOT
  q71 = "      x $ y\n      ${ "v" ~}\n%{~ for i in [1, 2] }\n- ${i}\n${"a"}${"b"}\n%{ endfor ~}\n"
  h72 = <<-EOT
  %{ if false }
      \n
  %{~ else }
a  b
  %{~ endif ~}

    %{ for i in [1, 2] ~}     - ${i}  ${ "v" ~}
    %{~ endfor ~}
      EOT
  q72 = "  %{ if false }\n      \n  %{~ else }\na  b\n  %{~ endif ~}\n\n    %{ for i in [1, 2] ~}     - ${i}  ${ "v" ~}\n    %{~ endfor ~}\n"
  h73 = <<-EOT

        ${"a"}${~"b"}
        %{~ for i in [1, 2] ~}
        - ${i}      
        %{ endfor ~}
%%{w}
    EOT
  q73 = "\n        ${"a"}${~"b"}\n        %{~ for i in [1, 2] ~}\n        - ${i}      \n        %{ endfor ~}\n%%{w}\n"
  h74 = <<-EOT
pre ${ "v" } post
      EOT
  q74 = "pre ${ "v" } post\n"
  h75 = <<-EOT
    ${ "v" ~}
    %{ if false } in pre ${ "v" } post
    %{~ endif ~}
      ${ "v" }
  %%{w}
    EOT
  q75 = "    ${ "v" ~}\n    %{ if false } in pre ${ "v" } post\n    %{~ endif ~}\n      ${ "v" }\n  %%{w}\n"
  h76 = <<-EOT
    %%{w}
EOT
  q76 = "    %%{w}\n"
  h77 = <<-EOT
  EOT
  q77 = ""
  h78 = <<-EOT
      text
  \n
  EOT
  q78 = "      text\n  \n"
  h79 = <<-EOT
      x $ y
%%{w}
    tail   
EOT
  q79 = "      x $ y\n%%{w}\n    tail   \n"
  h80 = <<-EOT
    EOT
  q80 = ""
  h81 = <<EOT
${"a"}${~"b"}
%{~ if false }
        ${"a"}${~"b"}
%{ else ~}
    ${"a"}${"b"}
%{~ endif ~}
        text
EOT
  q81 = "${"a"}${~"b"}\n%{~ if false }\n        ${"a"}${~"b"}\n%{ else ~}\n    ${"a"}${"b"}\n%{~ endif ~}\n        text\n"
  h82 = <<-EOT
EOT
  q82 = ""
  h83 = <<-EOT
  EOT
  q83 = ""
  h84 = <<EOT
pre ${~ "v" ~} post

    x $ y
${"a"}${~"b"}
EOT
  q84 = "pre ${~ "v" ~} post\n\n    x $ y\n${"a"}${~"b"}\n"
  h85 = <<-EOT
    EOT
  q85 = ""
  h86 = <<EOT
    ${"a"}${"b"}
  pre ${ "v" ~}
  %{~ if true }
      %{ if false } in   ${ "v" ~} post
      %{ else ~} ew     \n
      %{ endif }
  %{ endif }
      EOT
  q86 = "    ${"a"}${"b"}\n  pre ${ "v" ~}\n  %{~ if true }\n      %{ if false } in   ${ "v" ~} post\n      %{ else ~} ew     \n      %{ endif }\n  %{ endif }\n"
  h87 = <<-EOT
  %{~ for i in [1, 2] ~}
  - ${i}
  tail   
  %{ endfor }
  %{ for i in [1, 2] }   - ${i}    ${~ "v" } post
  %{~ endfor }
      EOT
  q87 = "  %{~ for i in [1, 2] ~}\n  - ${i}\n  tail   \n  %{ endfor }\n  %{ for i in [1, 2] }   - ${i}    ${~ "v" } post\n  %{~ endfor }\n"
  h88 = <<-EOT
    "q"
    %{ if true ~} in     "q"
    %{ endif }
        tail   
%{~ for i in [1, 2] ~} - ${i}      \n
%{ endfor ~}
  EOT
  q88 = "    q\n    %{ if true ~} in     q\n    %{ endif }\n        tail   \n%{~ for i in [1, 2] ~} - ${i}      \n%{ endfor ~}\n"
  h89 = <<-EOT
  EOT
  q89 = ""
  h90 = <<EOT
pre ${~ "v" }
    
    %{~ for i in [1, 2] }     - ${i}
      ${"a"}${~"b"}
    %{ endfor }
"q"
  EOT
  q90 = "pre ${~ "v" }\n    \n    %{~ for i in [1, 2] }     - ${i}\n      ${"a"}${~"b"}\n    %{ endfor }\nq\n"
  h91 = <<-EOT
text
  $${z}
EOT
  q91 = "text\n  $${z}\n"
  h92 = <<EOT
      a  b

\n
        pre ${ "v" }
      EOT
  q92 = "      a  b\n\n\n        pre ${ "v" }\n"
  h93 = <<-EOT
      \n
      EOT
  q93 = "      \n"
  h94 = <<-EOT
      %{ if false } in   
      %{~ endif ~}
%{~ for i in [1, 2] } - ${i}
%{~ for i in [1, 2] }
- ${i}
  
%{ endfor }
%{ endfor ~}
    ${"a"}${"b"}
EOT
  q94 = "      %{ if false } in   \n      %{~ endif ~}\n%{~ for i in [1, 2] } - ${i}\n%{~ for i in [1, 2] }\n- ${i}\n  \n%{ endfor }\n%{ endfor ~}\n    ${"a"}${"b"}\n"
  h95 = <<EOT
        text
    %{ if true ~}
    ${"a"}${"b"~}
    %{ else }
        pre ${ "v" ~}
    %{~ endif }
    pre ${~ "v" ~}
        %{~ if false } in     \n
        %{~ endif ~}
      EOT
  q95 = "        text\n    %{ if true ~}\n    ${"a"}${"b"~}\n    %{ else }\n        pre ${ "v" ~}\n    %{~ endif }\n    pre ${~ "v" ~}\n        %{~ if false } in     \n        %{~ endif ~}\n"
  h96 = <<-EOT
  
      EOT
  q96 = "  \n"
  h97 = <<EOT
    EOT
  q97 = ""
  h98 = <<-EOT
    pre ${~ "v" } post
x $ y
EOT
  q98 = "    pre ${~ "v" } post\nx $ y\n"
  h99 = <<EOT
        %{~ if false ~}
    pre ${~ "v" ~}
        %{~ endif }
      %{~ if true ~}
        a  b
      %{ else ~} ew         %{ for i in [1, 2] ~}         - ${i}    $${z}
        %{~ endfor ~}
      %{~ endif ~}
      tail   
      EOT
  q99 = "        %{~ if false ~}\n    pre ${~ "v" ~}\n        %{~ endif }\n      %{~ if true ~}\n        a  b\n      %{ else ~} ew         %{ for i in [1, 2] ~}         - ${i}    $${z}\n        %{~ endfor ~}\n      %{~ endif ~}\n      tail   \n"
  h100 = <<-EOT


  ${"a"}${"b"~}
    text
EOT
  q100 = "\n\n  ${"a"}${"b"~}\n    text\n"
  h101 = <<-EOT
    %{~ for i in [1, 2] ~}     - ${i}pre ${~ "v" }
    %{ endfor }
        pre ${ "v" } post
      pre ${ "v" } post

  EOT
  q101 = "    %{~ for i in [1, 2] ~}     - ${i}pre ${~ "v" }\n    %{ endfor }\n        pre ${ "v" } post\n      pre ${ "v" } post\n\n"
  h102 = <<-EOT
        %{~ for i in [1, 2] }         - ${i}
    pre ${ "v" }
        %{~ endfor }
%{ if false } in 
%{ endif }
      EOT
  q102 = "        %{~ for i in [1, 2] }         - ${i}\n    pre ${ "v" }\n        %{~ endfor }\n%{ if false } in \n%{ endif }\n"
  h103 = <<EOT
    ${~ "v" }
        a  b
x $ y
      ${"a"}${~"b"~}
EOT
  q103 = "    ${~ "v" }\n        a  b\nx $ y\n      ${"a"}${~"b"~}\n"
  h104 = <<EOT

  a  b
      %{ for i in [1, 2] ~}
      - ${i}%{ if true ~}
      ${ "v" }
%{ else ~}
    %{~ for i in [1, 2] ~}     - ${i}${"a"}${"b"~}
    %{ endfor ~}
%{~ endif ~}
      %{~ endfor }
  %{ for i in [1, 2] }
  - ${i}
  %{~ endfor ~}
    EOT
  q104 = "\n  a  b\n      %{ for i in [1, 2] ~}\n      - ${i}%{ if true ~}\n      ${ "v" }\n%{ else ~}\n    %{~ for i in [1, 2] ~}     - ${i}${"a"}${"b"~}\n    %{ endfor ~}\n%{~ endif ~}\n      %{~ endfor }\n  %{ for i in [1, 2] }\n  - ${i}\n  %{~ endfor ~}\n"
  h105 = <<-EOT
    %{~ for i in [1, 2] }
    - ${i}    %{ for i in [1, 2] ~}
    - ${i}    tail   
    %{ endfor ~}
    %{ endfor ~}
    %{ for i in [1, 2] }
    - ${i}    pre ${~ "v" }
    %{~ endfor ~}
      tail   
        %{ if false ~}
      x $ y
        %{~ endif ~}
    EOT
  q105 = "    %{~ for i in [1, 2] }\n    - ${i}    %{ for i in [1, 2] ~}\n    - ${i}    tail   \n    %{ endfor ~}\n    %{ endfor ~}\n    %{ for i in [1, 2] }\n    - ${i}    pre ${~ "v" }\n    %{~ endfor ~}\n      tail   \n        %{ if false ~}\n      x $ y\n        %{~ endif ~}\n"
  h106 = <<EOT
  %{ if true } in     %{ if true ~}

    %{ endif ~}
  %{ else } ew   %{ for i in [1, 2] }   - ${i}
  tail   
  %{~ endfor ~}
  %{~ endif ~}
  %{~ for i in [1, 2] }
  - ${i}  %{~ if true ~}
    ${"a"}${~"b"}
  %{ else ~}
%{~ if true } in   x $ y
%{ else ~}
  pre ${~ "v" ~} post
%{ endif }
  %{~ endif }
  %{ endfor }
%{~ if true ~}
    ${~ "v" } post
%{~ endif ~}
    EOT
  q106 = "  %{ if true } in     %{ if true ~}\n\n    %{ endif ~}\n  %{ else } ew   %{ for i in [1, 2] }   - ${i}\n  tail   \n  %{~ endfor ~}\n  %{~ endif ~}\n  %{~ for i in [1, 2] }\n  - ${i}  %{~ if true ~}\n    ${"a"}${~"b"}\n  %{ else ~}\n%{~ if true } in   x $ y\n%{ else ~}\n  pre ${~ "v" ~} post\n%{ endif }\n  %{~ endif }\n  %{ endfor }\n%{~ if true ~}\n    ${~ "v" } post\n%{~ endif ~}\n"
  h107 = <<EOT
    tail   
    %{~ if true } in     "q"
    %{ endif }
    tail   
    x $ y
  EOT
  q107 = "    tail   \n    %{~ if true } in     q\n    %{ endif }\n    tail   \n    x $ y\n"
  h108 = <<EOT
    text
      ${~ "v" ~}
    %{ for i in [1, 2] ~}
    - ${i}    %{ for i in [1, 2] ~}     - ${i}
    text
    %{~ endfor ~}
    %{ endfor }
EOT
  q108 = "    text\n      ${~ "v" ~}\n    %{ for i in [1, 2] ~}\n    - ${i}    %{ for i in [1, 2] ~}     - ${i}\n    text\n    %{~ endfor ~}\n    %{ endfor }\n"
  h109 = <<-EOT
    \n
EOT
  q109 = "    \n"
  h110 = <<-EOT
    pre ${ "v" }
      a  b
    %{~ if true ~} in         pre ${ "v" ~}
    %{~ endif }
EOT
  q110 = "    pre ${ "v" }\n      a  b\n    %{~ if true ~} in         pre ${ "v" ~}\n    %{~ endif }\n"
  h111 = <<-EOT
      EOT
  q111 = ""
  h112 = <<-EOT
        x $ y
    %%{w}
      EOT
  q112 = "        x $ y\n    %%{w}\n"
  h113 = <<-EOT
    %%{w}
    %{ for i in [1, 2] }
    - ${i}
      ${ "v" ~} post
    %{~ endfor }
    EOT
  q113 = "    %%{w}\n    %{ for i in [1, 2] }\n    - ${i}\n      ${ "v" ~} post\n    %{~ endfor }\n"
  h114 = <<EOT
  %{ if false ~}
    ${"a"}${~"b"}
  %{~ else }
      %{~ for i in [1, 2] }       - ${i}
      %{~ if false } in   x $ y
      %{ else ~} ew     ${~ "v" ~} post
      %{ endif ~}
      %{ endfor }
  %{~ endif ~}
      EOT
  q114 = "  %{ if false ~}\n    ${"a"}${~"b"}\n  %{~ else }\n      %{~ for i in [1, 2] }       - ${i}\n      %{~ if false } in   x $ y\n      %{ else ~} ew     ${~ "v" ~} post\n      %{ endif ~}\n      %{ endfor }\n  %{~ endif ~}\n"
  h115 = <<-EOT
    text
  EOT
  q115 = "    text\n"
  h116 = <<-EOT
  EOT
  q116 = ""
  h117 = <<EOT
      pre ${ "v" ~} post
    x $ y
    ${"a"}${"b"}
    %{ for i in [1, 2] }     - ${i}      "q"
    %{ endfor }
      EOT
  q117 = "      pre ${ "v" ~} post\n    x $ y\n    ${"a"}${"b"}\n    %{ for i in [1, 2] }     - ${i}      q\n    %{ endfor }\n"
  h118 = <<EOT
      a  b
      %{ if false ~}
  ${"a"}${~"b"}
      %{ else ~}
text
      %{ endif ~}
  tail   
EOT
  q118 = "      a  b\n      %{ if false ~}\n  ${"a"}${~"b"}\n      %{ else ~}\ntext\n      %{ endif ~}\n  tail   \n"
  h119 = <<EOT
  x $ y
  
%{~ if true } in       pre ${~ "v" } post
%{~ else }
  ${"a"}${~"b"~}
%{ endif ~}
      \n
EOT
  q119 = "  x $ y\n  \n%{~ if true } in       pre ${~ "v" } post\n%{~ else }\n  ${"a"}${~"b"~}\n%{ endif ~}\n      \n"
}
