kubus_add_test(NAME storage_crash_test SOURCES storage_child.cpp storage_crash_test.cpp
               LIBS storage_sqlite_testing LABELS fault)
kubus_add_test(NAME storage_disk_test SOURCES storage_disk_test.cpp
               LIBS storage_sqlite_testing LABELS fault)
