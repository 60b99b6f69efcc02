//! Executes an approved plan: order, waiting, retry, stop. Decides nothing else.
