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
  lists     = true ? tolist([{ a = 1, b = 2 }]) : tolist([{ a = 1, b = true }])
  maps      = true ? { a = tomap({ x = [1] }) } : { a = tomap({ x = {} }) }
  map       = true ? tomap({ a = 1 }) : { b = [1] }
  empty     = true ? [] : [1, true]
  inner     = true ? [{ a = 1 }, { a = [2] }] : [{ a = "x" }]
  strings   = true ? ["x", 1, true] : [{}]
  shared    = true ? { a = [1], c = 1 } : { a = 2 }
  nested    = true ? { a = [1, [2]] } : { a = ["a"] }
  set       = true ? toset([1]) : [true]
  list      = true ? { l = tolist([1]) } : { l = [true] }
  quoted    = true ? { "a b" = 1 } : { "a b" = [] }
}
