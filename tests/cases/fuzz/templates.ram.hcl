locals {
  a = <<-EOT
    x ${[for k, v in { a = 1 } : "${k}-${v}" if v > 0][0]}
    %{ if true ~}y%{ else }z%{ endif }
    %{~ for i, x in [1, 2] ~}${i}=${x},%{ endfor }
  EOT
  b = "$${not} %%{this} \u00e9 \U0001F600 \\ \" \n ${"${"deep"}"}"
  c = <<EOT
plain
EOT
}
