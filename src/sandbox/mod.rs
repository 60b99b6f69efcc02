//! AWS on loopback: a stand-in for RAM, Organizations, STS and IAM, spoken to over real HTTP.
