//! A network in CIDR notation, of either family, with the arithmetic of subnets.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    V4,
    V6,
}

impl Family {
    fn bits(self) -> u32 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }

    fn write(self, address: u128) -> String {
        match self {
            Self::V4 => {
                Ipv4Addr::from_bits(u32::try_from(address).expect("IPv4 addresses have 32 bits")).to_string()
            }
            Self::V6 => Ipv6Addr::from_bits(address).to_string(),
        }
    }
}

/// A network; the bits past the prefix are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Prefix {
    family: Family,
    first: u128,
    length: u32,
}

impl Prefix {
    /// Bits past the prefix are dropped, as in Terraform.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let (family, address) = parse_address(address)?;
        if length.is_empty() || length.len() > 3 || !length.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let length = length.parse().ok().filter(|length| *length <= family.bits())?;
        Some(Self::masked(family, address, length))
    }

    /// The network of one address.
    pub(crate) fn host(family: Family, address: u128) -> Self {
        Self { family, first: address, length: family.bits() }
    }

    fn masked(family: Family, address: u128, length: u32) -> Self {
        Self { family, first: address & !low_bits(family.bits() - length), length }
    }

    pub(crate) fn family(&self) -> Family {
        self.family
    }

    /// Bits that number the addresses.
    pub(crate) fn host_bits(&self) -> u32 {
        self.family.bits() - self.length
    }

    pub(crate) fn first(&self) -> u128 {
        self.first
    }

    pub(crate) fn last(&self) -> u128 {
        self.first | low_bits(self.host_bits())
    }

    pub(crate) fn contains(&self, other: &Self) -> bool {
        self.family == other.family && self.first <= other.first && other.last() <= self.last()
    }

    /// The address with a number that is less than the number of addresses.
    pub(crate) fn address(&self, number: u128) -> String {
        self.family.write(self.first | number)
    }

    pub(crate) fn netmask(&self) -> String {
        self.family.write(low_bits(self.family.bits()) & !low_bits(self.host_bits()))
    }

    /// The subnet with a number of `bits` bits; `bits` is at most `host_bits`.
    pub(crate) fn subnet(&self, bits: u32, number: u128) -> Self {
        let length = self.length + bits;
        let shift = self.family.bits() - length;
        Self { family: self.family, first: self.first | number.checked_shl(shift).unwrap_or(0), length }
    }

    /// The first subnet, longer by `bits`, that starts at an address or after it; none where it does not fit.
    pub(crate) fn subnet_from(&self, bits: u32, address: u128) -> Option<Self> {
        let length = self.length + bits;
        let below = low_bits(self.family.bits() - length);
        let first = address.checked_add(below)? & !below;
        let subnet = Self { family: self.family, first, length };
        self.contains(&subnet).then_some(subnet)
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.family.write(self.first), self.length)
    }
}

fn low_bits(count: u32) -> u128 {
    1u128.checked_shl(count).map_or(u128::MAX, |bit| bit - 1)
}

/// An address; the numbers of IPv4 are decimal, also with leading zeros.
pub(crate) fn parse_address(text: &str) -> Option<(Family, u128)> {
    if text.contains(':') {
        return text.parse::<Ipv6Addr>().ok().map(|address| (Family::V6, address.to_bits()));
    }
    let mut address = 0u128;
    let mut parts = 0;
    for part in text.split('.') {
        if part.is_empty() || part.len() > 3 || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        address = address << 8 | u128::from(part.parse::<u8>().ok()?);
        parts += 1;
    }
    (parts == 4).then_some((Family::V4, address))
}
