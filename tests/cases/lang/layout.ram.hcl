ramctl {
  stack = "layout"
}

locals { c1 = 1 }
locals {
  # hash
  // slash
  /* block
     comment */
  c2 = 1 /* inline */ + 2 # end
  c3 = (
    1
    + 2
  )
  c4 = [
    1, # one
    2  // two
    ,
    3,
  ]
  c5 = {
    # comment
    a = 1 // x

    b : 2,
    "c" = 3
    (upper("d")) = 4
    "${"e"}f" = 5, g = 6
  }
  c6 = trimspace(<<EOT
   text
EOT
  )
  c7 = max(
    1,
    2,
  )
  c8 = [for x in [1, 2, 3] :
    x * 2
    if x > 1
  ]
  c9 = {
    for k, v in { a = 1, b = 2 } :
    k => v
    if v > 1
  }
  c10 = (true
    ? "y"
    : "n")
  c11 = [<<A
one
A
    , <<-B
      two
        three
    B
  ]
  c12 = "a ${
    1 + 1
  } b"
  c13 = { "a" : { "b" : [1, { "c" : null }] } }
  c14 = [{ a = [{ b = 1 }, { b = 2 }] }]
  c15 = local.c14[0].a[*].b
  c16 = local.c14[*].a[*].b
  c17 = local.c14.*.a
  c18 = local.c14[0]["a"][1].b
  c19 = <<-EOT
    ${"x"}
      %{~ if true ~}
      y
      %{~ endif ~}
    z
  EOT
  c20 = <<EOT
%{ for i in [1, 2, 3] ~}
%{ if i != 2 ~}
line ${i}
%{ endif ~}
%{ endfor ~}
EOT
  c21 = "${[for i in [1, 2] : "<${i}>"][1]}"
  c22 = "\"quoted\" ${"in \"ner\""}"
  c23 = "tab\there"
  c24 = "日本語 ${length("日本語")}"
  c25 = "${"a"}${"b"}"
  c26 = !true || !false
  c27 = -2 * -3 - -4
  c28 = 10 - 4 - 3
  c29 = 100 / 10 / 5
  c30 = 1 + 2 * 3 % 2
  c31 = 5 > 3 && 2 >= 2 || false
  c32 = false ? 1 : true ? 2 : 3
  c33 = "%{ if false }a%{ else }${1 + 1}%{ endif }"
  c34 = "%{ for k, v in { b = 1, a = 2 } }${k}:${v},%{ endfor }"
  c35 = <<-EOT

      indented

    less
  EOT
  c36 = <<EOT
  EOT
  c37 = [for a in [[1, 2], [3]] : [for b in a : a[0] + b]]
  c38 = { for i, v in ["x", "y", "x"] : v => i... }
  c39 = tomap({ a = "b" })["a"]
  c40 = "$${not} %%{if} $x %y $ %"
  c41 = jsonencode({ z = 1, a = [true, null] })
  c42 = "a\\b\u0041"
  c43 = 1.50
  c44 = 1e3
  c45 = <<-EOT
	tab
	  two
	EOT
  c46 = "%{~ if true ~} x %{~ endif ~}"
  c47 = "a\n  %{~ if true ~}  \n b %{ endif ~}\n c"
  c48 = { (local.c1) = "n" }
  c49 = [1, 2, 3][local.c1]
}
