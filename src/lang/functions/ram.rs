//! The functions that make symbols.

use crate::lang::declaration::PrincipalExpr;
use crate::lang::functions::call::Call;
use crate::lang::functions::row::{Accepts, Body, Example, Function, FunctionError, Group, Marks, Param};
use crate::lang::functions::tagged::tagged;
use crate::lang::value::{Symbol, Value, read_principal};
use crate::model::{OuId, Principal};

pub(crate) static ROWS: &[Function] = &[
    Function {
        name: "account",
        group: Group::Ram,
        signature: "account(name)",
        doc: "An account of the organization by its name or its 12 digits. Accounts of this stack are written account.LABEL.",
        examples: &[Example { expression: r#"account("sandbox-7")"#, json: r#""account(\"sandbox-7\")""# }],
        params: &[Param::new("name", Accepts::String)],
        variadic: None,
        marks: Marks::Spread,
        body: Body::Eager(account),
    },
    Function {
        name: "organization",
        group: Group::Ram,
        signature: "organization()",
        doc: "The whole organization of the stack's management account.",
        examples: &[Example { expression: "organization()", json: r#""organization()""# }],
        params: &[],
        variadic: None,
        marks: Marks::Spread,
        body: Body::Eager(|_| Ok(principal(PrincipalExpr::Organization))),
    },
    Function {
        name: "ou",
        group: Group::Ram,
        signature: "ou(path)",
        doc: "An organizational unit, by the names from the root down, parted by /, or by its id.",
        examples: &[Example { expression: r#"ou("Workloads/Prod")"#, json: r#""ou(\"Workloads/Prod\")""# }],
        params: &[Param::new("path", Accepts::String)],
        variadic: None,
        marks: Marks::Spread,
        body: Body::Eager(ou),
    },
    Function {
        name: "service",
        group: Group::Ram,
        signature: "service(name)",
        doc: "An AWS service, by its principal name. A share with a service names the accounts it works for in sources.",
        examples: &[Example {
            expression: r#"service("pca-connector-ad.amazonaws.com")"#,
            json: r#""\"pca-connector-ad.amazonaws.com\"""#,
        }],
        params: &[Param::new("name", Accepts::String)],
        variadic: None,
        marks: Marks::Spread,
        body: Body::Eager(service),
    },
    Function {
        name: "tagged",
        group: Group::Ram,
        signature: "tagged(type, tags)",
        doc: "The resources of a type that bear all of these tags, looked up in the account and Region of the share when a plan is made. \
              A list of values matches any of them. Used in the resources of a share, also beside ARNs.",
        examples: &[Example {
            expression: r#"tagged("ec2:Subnet", { share = "workloads", zone = ["a", "b"] })"#,
            json: r#""tagged(\"ec2:Subnet\", { share = \"workloads\", zone = [\"a\", \"b\"] })""#,
        }],
        params: &[Param::new("type", Accepts::String), Param::new("tags", Accepts::Any)],
        variadic: None,
        marks: Marks::Spread,
        body: Body::Eager(tagged),
    },
];

fn principal(principal: PrincipalExpr) -> Value {
    Value::symbol(Symbol::Principal(principal))
}

fn account(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let name = call.str(0);
    if let Ok(PrincipalExpr::Literal(Principal::Account(id))) = read_principal(name) {
        return Ok(principal(PrincipalExpr::Literal(Principal::Account(id))));
    }
    if name.is_empty() || name.starts_with("arn:") || name.bytes().all(|b| b.is_ascii_digit()) {
        return Err(FunctionError::argument(
            0,
            format!("{name:?} is neither the name nor the 12 digits of an account."),
        ));
    }
    Ok(principal(PrincipalExpr::AccountNamed(name.to_owned())))
}

fn ou(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let path = call.str(0);
    if let Ok(id) = OuId::parse(path) {
        return Ok(principal(PrincipalExpr::UnitById(id)));
    }
    if path.is_empty() || path.split('/').any(|name| name.trim().is_empty()) {
        return Err(FunctionError::argument(0, format!("{path:?} is not a path of names.")).help(
            "Write the names from the root down: ou(\"Workloads/Prod\"). The root itself is organization().",
        ));
    }
    if path.starts_with("arn:") {
        return Err(
            FunctionError::argument(0, "An ARN is complete as it stands.").help("Write it without ou(...).")
        );
    }
    Ok(principal(PrincipalExpr::UnitAtPath(path.to_owned())))
}

fn service(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let name = call.str(0);
    match Principal::read(name) {
        service @ Principal::Service(_) => Ok(principal(PrincipalExpr::Literal(service))),
        _ => Err(FunctionError::argument(0, format!("{name:?} is not the name of a service principal."))
            .help("Write it in full: service(\"pca-connector-ad.amazonaws.com\").")),
    }
}
