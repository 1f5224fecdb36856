"""Words: German and English sentences, rule texts, numbers, money and dates."""
