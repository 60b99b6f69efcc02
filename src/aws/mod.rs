//! The SDK behind the ports: clients, credentials, conversion of types and errors.
