//! The questions about permissions that the listings leave open.

use futures_util::{StreamExt, stream};

use crate::cloud::{CloudError, RAM_PAGE, RamRead, aws_permissions, permission_versions};
use crate::live::{
    AwsPermissionRow, FollowUp, Interest, LivePlace, PermissionDetail, PermissionVersionRow, VersionAsked,
    follow_ups,
};
use crate::model::{Observed, Place};

/// Questions asked at the same time.
const AT_ONCE: usize = 8;

/// Asks until no question is left. One that is refused is a gap, and the others go on.
pub(crate) async fn follow_up<R: RamRead>(ram: &R, at: &Place, place: &mut LivePlace, interest: &Interest) {
    loop {
        let questions = follow_ups(at, place, interest);
        if questions.is_empty() {
            return;
        }
        let asked = questions.into_iter().map(|question| async move {
            let answer = ask(ram, &question).await;
            (question, answer)
        });
        let answers: Vec<(FollowUp, Answer)> = stream::iter(asked).buffer_unordered(AT_ONCE).collect().await;
        for (question, answer) in answers {
            match (question, answer) {
                (FollowUp::Policy(arn, asked), Answer::Policy(found)) => {
                    place.readings.add_policy(&arn, asked, observed(found));
                }
                (FollowUp::Versions(arn), Answer::Versions(found)) => {
                    place.readings.add_versions(&arn, observed(found));
                }
                (FollowUp::Offered, Answer::Offered(found)) => place.readings.offered = Some(observed(found)),
                (FollowUp::Policy(..) | FollowUp::Versions(_) | FollowUp::Offered, _) => {
                    unreachable!("each question has its kind of answer")
                }
            }
        }
    }
}

enum Answer {
    Policy(Result<PermissionDetail, CloudError>),
    Versions(Result<Vec<PermissionVersionRow>, CloudError>),
    Offered(Result<Vec<AwsPermissionRow>, CloudError>),
}

async fn ask<R: RamRead>(ram: &R, question: &FollowUp) -> Answer {
    match question {
        FollowUp::Policy(arn, asked) => {
            let version = match asked {
                VersionAsked::Default => None,
                VersionAsked::Numbered(version) => Some(version.as_str()),
            };
            Answer::Policy(ram.get_permission(arn, version).await)
        }
        FollowUp::Offered => Answer::Offered(aws_permissions(ram, RAM_PAGE).await),
        FollowUp::Versions(arn) => Answer::Versions(permission_versions(ram, arn).await),
    }
}

fn observed<T>(result: Result<T, CloudError>) -> Observed<T> {
    match result {
        Ok(found) => Observed::Known(found),
        Err(error) => Observed::Unknown(error.into()),
    }
}
