"""Send time: at which of twelve two-hour slots a contact is most likely to react, learned with a random control."""
