"""A softphone for tests: places calls, presses keys, hears prompts."""
