import pytest

from lakemend.diagnosis import Cause, Remedy
from lakemend.diagnosis.diagnose import diagnose_text
from lakemend.diagnosis.numbers import Meaning, number_tables

ACTING = {Remedy.RETRY, Remedy.CHANGE}
MEANINGS: dict[str, Meaning] = {
    meaning.id: meaning for table in number_tables() for meaning in table.meanings.values()
}


@pytest.mark.parametrize(
    ("text", "number", "cause"),
    [
        ("ORA-12541: TNS", "oracle 12541", Cause.SOURCE_DATABASE_UNAVAILABLE),
        ("ORA-01653: SALES by 8192", "oracle 01653", Cause.DISK_FULL),
        ("SqlException, Error Number:4060,State:1", "sql-server 4060", Cause.AUTH_EXPIRED),
        ("SqlErrorNumber=208,Class=16", "sql-server 208", Cause.TABLE_OR_PATH_NOT_FOUND),
        ("[SQL Server]x 'etl'. (18456) (SQLDriverConnect)", "sql-server 18456", Cause.AUTH_EXPIRED),
        ("Msg 1205, Level 13, State 51", "sql-server 1205", Cause.CONCURRENT_WRITE_CONFLICT),
        ("Error: 701, Severity: 17, State: 193.", "sql-server 701", Cause.EXECUTOR_OOM),
        ("Error 40613: not now", "sql-server 40613", Cause.SOURCE_DATABASE_UNAVAILABLE),
        ("MySQLdb.OperationalError: (1040, 'x')", "mysql 1040", Cause.SOURCE_DATABASE_UNAVAILABLE),
        (
            "(pymysql.err.OperationalError) (1040, u'x')",
            "mysql 1040",
            Cause.SOURCE_DATABASE_UNAVAILABLE,
        ),
        ("ERROR 1146 (42S02) at line 1", "mysql 1146", Cause.TABLE_OR_PATH_NOT_FOUND),
        ("DB2 SQL Error: SQLCODE=-551", "db2 551", Cause.PERMISSION_DENIED),
        ("SQL0204N SALES.ORDERS", "db2 204", Cause.TABLE_OR_PATH_NOT_FOUND),
        ("SQL0964C x", "db2 964", Cause.DISK_FULL),
        ("ERRORCODE=-4214, SQLSTATE=28000", "db2 4214", Cause.AUTH_EXPIRED),
        ("ProgrammingError: 003001 (42501): SQL", "snowflake 003001", Cause.PERMISSION_DENIED),
        ("DatabaseError: 390114 (08001): x", "snowflake 390114", Cause.AUTH_EXPIRED),
        ("failed: 090073 (22000): the warehouse", "snowflake 090073", Cause.BILLING),
        ("Processing aborted due to error 300010:3", "snowflake 300010", Cause.SERVICE_UNAVAILABLE),
        ("[Teradata Database] [Error 2646]", "teradata 2646", Cause.DISK_FULL),
        ("SemanticException [Error 10001]: Line 1:14", "hive 10001", Cause.TABLE_OR_PATH_NOT_FOUND),
        ("AADSTS50105: the signed in user", "entra 50105", Cause.PERMISSION_DENIED),
        ("OSError: [Errno 28] x", "errno 28", Cause.DISK_FULL),
        ("java.io.IOException: error=13, x", "errno 13", Cause.PERMISSION_DENIED),
        ("Exit status: -101.", "yarn -101", Cause.EXECUTOR_LOST),
        ("row refused SQLSTATE: 23505", "sqlstate 23505", Cause.USER_CODE),
        ("rolled back, SQLSTATE=40001", "sqlstate 40001", Cause.CONCURRENT_WRITE_CONFLICT),
        ("ERROR [08S01] the link", "sqlstate 08s01", Cause.SOURCE_DATABASE_UNAVAILABLE),
        ("[42S02] [Microsoft][ODBC] x", "sqlstate 42s02", Cause.TABLE_OR_PATH_NOT_FOUND),
        (
            "PostgresException (0x80004005): 53300: x",
            "sqlstate 53300",
            Cause.SOURCE_DATABASE_UNAVAILABLE,
        ),
    ],
)
def test_a_number_names_the_cause(text: str, number: str, cause: Cause):
    diagnosis = diagnose_text(text)

    assert diagnosis.cause is cause
    assert number in {reason.quote for reason in diagnosis.reasons}


def test_a_class_of_sqlstate_speaks_for_numbers_that_no_table_has():
    diagnosis = diagnose_text("[NESTED_THING] this cannot stand here SQLSTATE: 42903")

    assert diagnosis.cause is Cause.SYNTAX_OR_ANALYSIS_ERROR


def test_a_number_that_only_carries_another_error_says_nothing():
    text = 'ORA-06512: at "ETL.LOAD", line 12'

    assert not any(reason.rule.startswith("number-") for reason in diagnose_text(text).reasons)


def test_a_number_in_the_message_of_an_own_exception_is_only_mentioned():
    diagnosis = diagnose_text("ValueError: expected 3 rows, not ORA-12541")

    assert diagnosis.remedy is Remedy.PERSON


def test_an_exit_code_of_curl_is_none_of_an_executor():
    assert diagnose_text("Command exited with code 56").cause is Cause.EXECUTOR_LOST
    assert diagnose_text("curl exited with code 56").cause is not Cause.EXECUTOR_LOST


def test_a_full_disk_of_a_database_is_for_a_person():
    assert diagnose_text("ORA-01653: unable to extend table").remedy is Remedy.PERSON


def test_every_meaning_is_shown_by_two_messages():
    assert len(MEANINGS) >= 100
    assert all(len(meaning.examples) >= 2 for meaning in MEANINGS.values())


def test_every_system_has_numbers_and_is_named_once():
    systems = [table.system for table in number_tables()]

    assert len(systems) == len(set(systems))
    assert all(table.meanings for table in number_tables())


def test_no_number_acts_below_the_confidence_of_a_hint():
    weak = [
        (table.system, code)
        for table in number_tables()
        for code, meaning in table.meanings.items()
        if meaning.confidence < 0.5 and meaning.remedy in ACTING
    ]

    assert not weak
