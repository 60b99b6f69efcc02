//! Ports to AWS and the errors that they give. No SDK type passes here.
