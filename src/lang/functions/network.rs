//! IP networks.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

use crate::lang::functions::call::Call;
use crate::lang::functions::prefix::{Family, Prefix, parse_address};
use crate::lang::functions::row::{Accepts, Body, Example, Function, FunctionError, Group, Param};
use crate::lang::value::Value;

const fn row(
    name: &'static str,
    signature: &'static str,
    body: fn(&mut Call<'_>) -> Result<Value, FunctionError>,
) -> Function {
    Function::new(Group::Network, name, signature, Body::Eager(body))
}

const PREFIX: Param = Param::new("prefix", Accepts::String);
const NEWBITS: Param = Param::new("newbits", Accepts::Number);

pub(crate) static FUNCTIONS: &[Function] = &[
    row("cidrcontains", "cidrcontains(prefix, address)", cidrcontains)
        .doc("Whether a network contains an address, or all of another network. As in OpenTofu; Terraform has no such function.")
        .takes(&[PREFIX, Param::new("address", Accepts::String)])
        .shows(&[
            Example::new(r#"cidrcontains("10.0.0.0/8", "10.1.2.0/24")"#, "true"),
            Example::new(r#"cidrcontains("10.0.0.0/8", "192.168.0.1")"#, "false"),
        ]),
    row("cidrhost", "cidrhost(prefix, hostnum)", cidrhost)
        .doc("The address with a number in a network; negative numbers count from its end.")
        .takes(&[PREFIX, Param::new("hostnum", Accepts::Number)])
        .shows(&[
            Example::new(r#"cidrhost("10.12.112.0/20", 268)"#, r#""10.12.113.12""#),
            Example::new(r#"cidrhost("10.0.0.0/8", -1)"#, r#""10.255.255.255""#),
        ]),
    row("cidrnetmask", "cidrnetmask(prefix)", |call| {
        let prefix = prefix(call, 0)?;
        match prefix.family() {
            Family::V4 => Ok(Value::string(prefix.netmask())),
            Family::V6 => Err(FunctionError::argument(0, "IPv6 networks have no netmask.")),
        }
    })
    .doc("The netmask of an IPv4 network.")
    .takes(&[PREFIX])
    .shows(&[Example::new(r#"cidrnetmask("172.16.0.0/12")"#, r#""255.240.0.0""#)]),
    row("cidrsubnet", "cidrsubnet(prefix, newbits, netnum)", cidrsubnet)
        .doc("The network with a number among the networks that are smaller by some bits.")
        .takes(&[PREFIX, NEWBITS, Param::new("netnum", Accepts::Number)])
        .shows(&[
            Example::new(r#"cidrsubnet("172.16.0.0/12", 4, 2)"#, r#""172.18.0.0/16""#),
            Example::new(r#"cidrsubnet("fd00:fd12:3456:7890::/56", 16, 162)"#, r#""fd00:fd12:3456:7800:a200::/72""#),
        ]),
    row("cidrsubnets", "cidrsubnets(prefix, newbits...)", cidrsubnets)
        .doc("Networks one after the other inside a network, each smaller by its number of bits.")
        .takes(&[PREFIX])
        .and_any(NEWBITS)
        .shows(&[Example::new(
            r#"cidrsubnets("10.1.0.0/16", 4, 4, 8, 4)"#,
            r#"["10.1.0.0/20", "10.1.16.0/20", "10.1.32.0/24", "10.1.48.0/20"]"#,
        )]),
];

fn prefix(call: &Call<'_>, index: usize) -> Result<Prefix, FunctionError> {
    Prefix::parse(call.str(index)).ok_or_else(|| {
        FunctionError::argument(index, format!("{:?} is not a network in CIDR notation.", call.str(index)))
            .help("Write an address and the length of its prefix, such as \"10.0.0.0/16\".")
    })
}

fn integer(call: &Call<'_>, index: usize) -> Result<BigInt, FunctionError> {
    let number = call.number(index);
    number
        .to_bigint()
        .ok_or_else(|| FunctionError::argument(index, format!("A whole number is needed, not {number}.")))
}

fn cidrcontains(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let outer = prefix(call, 0)?;
    let inner = Prefix::parse(call.str(1))
        .or_else(|| parse_address(call.str(1)).map(|(family, address)| Prefix::host(family, address)));
    let inner = inner.ok_or_else(|| {
        FunctionError::argument(1, format!("{:?} is neither an address nor a network.", call.str(1)))
    })?;
    if inner.family() != outer.family() {
        return Err(FunctionError::call("One is of IPv4, the other of IPv6."));
    }
    Ok(Value::bool(outer.contains(&inner)))
}

fn cidrhost(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let prefix = prefix(call, 0)?;
    let written = integer(call, 1)?;
    let size = BigInt::from(1) << prefix.host_bits();
    let number = if written.is_negative() { &size + &written } else { written.clone() };
    match number.to_u128().filter(|_| number < size) {
        Some(number) => Ok(Value::string(prefix.address(number))),
        None => Err(FunctionError::argument(
            1,
            format!("The network has {size} addresses, so none has the number {written}."),
        )),
    }
}

fn cidrsubnet(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let prefix = prefix(call, 0)?;
    let newbits = new_bits(call, &prefix, 1)?;
    let written = integer(call, 2)?;
    let number = written.to_u128().filter(|_| written < BigInt::from(1) << newbits);
    match number {
        Some(number) => Ok(Value::string(prefix.subnet(newbits, number).to_string())),
        None => Err(FunctionError::argument(
            2,
            format!(
                "{newbits} bits number the networks from 0 to {}, which {written} is not among.",
                (BigInt::from(1) << newbits) - 1
            ),
        )),
    }
}

/// Bits that extend a prefix without leaving the address.
fn new_bits(call: &Call<'_>, prefix: &Prefix, index: usize) -> Result<u32, FunctionError> {
    let bits = call.usize(index)?;
    u32::try_from(bits).ok().filter(|bits| *bits <= prefix.host_bits()).ok_or_else(|| {
        FunctionError::argument(
            index,
            format!(
                "The prefix {prefix} can be extended by at most {} bits, not {bits}.",
                prefix.host_bits()
            ),
        )
    })
}

fn cidrsubnets(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let prefix = prefix(call, 0)?;
    let mut subnets: Vec<String> = Vec::new();
    let mut free = Some(prefix.first());
    for index in 1..call.args().len() {
        let newbits = new_bits(call, &prefix, index)?;
        if newbits == 0 {
            return Err(FunctionError::argument(index, "Each network must be smaller by at least one bit."));
        }
        let subnet = free.and_then(|free| prefix.subnet_from(newbits, free)).ok_or_else(|| {
            FunctionError::argument(
                index,
                format!("{prefix} has no room left for a network that is smaller by {newbits} bits."),
            )
        })?;
        free = subnet.last().checked_add(1);
        subnets.push(subnet.to_string());
    }
    Ok(Value::strings(subnets))
}
