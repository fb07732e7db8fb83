"""What the doors take: the same shapes for JSON, forms and partners' Kafka topics."""
