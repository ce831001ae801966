// A library with a manifest and nothing else.
extern "C" __attribute__((visibility("default"))) int zoo_something_else() { return 1; }
