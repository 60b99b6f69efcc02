//! Faces for people: text now. Foreign text is escaped here, once per format.
