//! `allow = [{ code, reason, until }]`: what the stack's authors agree to beforehand.

use crate::diag::{Code, Spanned, find_code, hazards, is_hazard, language as codes, suggest};
use crate::lang::compile::Compiler;
use crate::lang::compile::decode::Decoder;
use crate::lang::compile::schema;
use crate::lang::declaration::{Acknowledgement, AcknowledgementScope};
use crate::lang::eval::{Eval, Failed, Scope};
use crate::lang::syntax::{Block, Expr, ExprKind};
use crate::lang::value::{Type, Value};
use crate::model::BlockKind;

const FORM: &str =
    "Write allow = [{ code = \"RAM201\", reason = \"...\", until = \"2027-03-31\" }]; until may be left out.";

impl Compiler<'_, '_> {
    /// Of the `ramctl` block, for the whole stack, and of each share, permission and inbound block, for itself.
    pub(crate) fn acknowledgements(&mut self) -> Vec<Acknowledgement> {
        let mut out = Vec::new();
        if let Some(block) = self.blocks.only(&schema::RAMCTL) {
            let mut decoder = Decoder { evaluator: &mut *self.evaluator, scope: Scope::EMPTY };
            let allowed = allow(&mut decoder, block, &AcknowledgementScope::Stack);
            out.extend(self.evaluator.kept(allowed, block.header).unwrap_or_default());
        }
        for (schema, kind) in [
            (&schema::SHARE, BlockKind::Share),
            (&schema::PERMISSION, BlockKind::Permission),
            (&schema::INBOUND, BlockKind::Inbound),
        ] {
            for block in self.blocks.of(schema).iter().filter(|block| block.attribute("allow").is_some()) {
                let found = self.each_instance(block, kind, |compiler, instance| {
                    let scope = AcknowledgementScope::Block(instance.address(kind, block.label()));
                    let mut decoder =
                        Decoder { evaluator: &mut *compiler.evaluator, scope: Scope::of(&instance.bindings) };
                    allow(&mut decoder, block, &scope)
                });
                out.extend(found.into_iter().flat_map(|(_, words)| words));
            }
        }
        out
    }
}

fn allow(
    decoder: &mut Decoder<'_, '_>,
    block: &Block,
    scope: &AcknowledgementScope,
) -> Eval<Vec<Acknowledgement>> {
    let Some(found) = decoder.plain(block, "allow")? else { return Ok(Vec::new()) };
    let Some(items) = found.value.items() else {
        let detail =
            format!("The argument allow is a list of objects, not {}.", found.value.type_of().phrase());
        return Err(decoder.evaluator.report(&codes::RAM020, found.expr.span, detail, FORM));
    };
    let written: &[Expr] = match &found.expr.bare().kind {
        ExprKind::Tuple(written) if written.len() == items.len() => written,
        _ => &[],
    };
    let read: Vec<Eval<Acknowledgement>> = (0..)
        .zip(items)
        .map(|(n, item)| acknowledgement(decoder, item, written.get(n).unwrap_or(found.expr), scope))
        .collect();
    read.into_iter().collect()
}

fn acknowledgement(
    decoder: &mut Decoder<'_, '_>,
    item: &Value,
    place: &Expr,
    scope: &AcknowledgementScope,
) -> Eval<Acknowledgement> {
    let Some(entries) = item.entries() else {
        let detail = format!("An element of allow is an object, not {}.", item.type_of().phrase());
        return Err(decoder.evaluator.report(&codes::RAM020, place.span, detail, FORM));
    };
    let mut failed = false;
    for key in entries.keys().filter(|key| !["code", "reason", "until"].contains(&&***key)) {
        let help = suggest::help(key, ["code", "reason", "until"]).unwrap_or_else(|| FORM.to_owned());
        let detail = format!("An element of allow has no attribute {key}.");
        decoder.evaluator.report(&codes::RAM045, place.span, detail, help);
        failed = true;
    }
    let mut text = |name: &str| -> Eval<Option<Spanned<String>>> {
        let Some(value) = entries.get(name).filter(|value| !value.is_null()) else { return Ok(None) };
        let place = decoder.entry(place, name);
        let what = format!("The {name} of an element of allow");
        let value = decoder.evaluator.need(value, &Type::String, &what, place, &decoder.scope)?;
        Ok(Some(Spanned::new(value.as_str().expect("converted to a string").to_owned(), place.span)))
    };
    let (code, reason, until) = (text("code"), text("reason"), text("until"));
    let (code, reason, until) = (code?, reason?, until?);
    let Some(code) = code else {
        let detail = "An element of allow needs the code of the hazard that it allows.";
        return Err(decoder.evaluator.report(&codes::RAM042, place.span, detail, FORM));
    };
    let code = hazard(decoder, &code)?;
    let Some(reason) = reason.filter(|reason| !reason.value.trim().is_empty()) else {
        let detail = format!("The element of allow for {code} needs a reason.");
        let help = "Write reason = \"...\": every plan that needs it shows it, and whoever reviews the file reads it.";
        return Err(decoder.evaluator.report(&codes::RAM042, place.span, detail, help));
    };
    let until = until.map(|until| time(decoder, &until)).transpose()?;
    if failed {
        return Err(Failed);
    }
    Ok(Acknowledgement { scope: scope.clone(), code, reason: reason.value, until, span: place.span })
}

fn hazard(decoder: &mut Decoder<'_, '_>, written: &Spanned<String>) -> Eval<&'static Code> {
    let text = &written.value;
    let (detail, help) = match find_code(text) {
        Some(code) if is_hazard(code) => return Ok(code),
        Some(code) if *code == hazards::RAM220 => (
            "RAM220 is no hazard: prevent_destroy cannot be allowed away.".to_owned(),
            "Take prevent_destroy out of the block's lifecycle.".to_owned(),
        ),
        Some(code) => (
            format!("{code} ({}) is no hazard and needs no consent.", code.summary),
            "Hazards are the codes RAM2xx; `ramctl explain` lists them.".to_owned(),
        ),
        None => {
            let known = hazards::hazard_codes().map(|code| code.id);
            let near = suggest::closest(text, known).map(|near| format!("Did you mean {near}?"));
            (
                format!("There is no hazard {text:?}."),
                near.unwrap_or_else(|| "`ramctl explain` lists the codes; hazards are RAM2xx.".to_owned()),
            )
        }
    };
    Err(decoder.evaluator.report(&codes::RAM045, written.span, detail, help))
}

/// A day means its beginning, in UTC.
fn time(decoder: &mut Decoder<'_, '_>, written: &Spanned<String>) -> Eval<jiff::Timestamp> {
    let text = &written.value;
    let day = || {
        let day = text.parse::<jiff::civil::Date>().ok().filter(|day| day.to_string() == *text)?;
        Some(day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    };
    if let Some(time) = text.parse::<jiff::Timestamp>().ok().or_else(day) {
        return Ok(time);
    }
    let detail = format!("{text:?} is neither a day nor a time.");
    let help = "Write \"2027-03-31\" (its beginning, in UTC) or \"2027-03-31T12:00:00Z\".";
    Err(decoder.evaluator.report(&codes::RAM045, written.span, detail, help))
}
