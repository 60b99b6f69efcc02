//! Codes of the language.

codes! {
    RAM001 "syntax error" "The file is not valid HCL at this place."
}
