ramctl {
  stack = "x"
}

locals {
  attribute = true ? { a = 1, b = "x" } : { a = 1, b = [1] }
  deep      = true ? { a = { b = [1] } } : { a = { b = 2 } }
  element   = true ? [1, { c = 1 }] : [1, { c = [] }]
  more      = true ? { a = 1 } : { a = 1, c = [1] }
  other     = true ? { a = [1], b = "x" } : { a = "y", c = {}, d = {} }
  length    = true ? [1, [2]] : ["a"]
  whole     = true ? 1 : true
  named     = true ? local.left : local.right
  left      = { a = { z = 1 } }
  right     = { a = { z = [] } }
}
