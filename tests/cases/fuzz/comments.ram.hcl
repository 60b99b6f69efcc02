# one
// two
/* three
   * four */
locals { /* in */ a = 1 } # end
locals {
  # before
  b = [ # after
    1, // one
    /* two */ 2,
  ]
}



