//! Shareable resource types: what RAM allows per type. Data in `schemas/resource-types.json`, look-ups here.
