"""A diagnosis: what failed, why we think so, and what kind of remedy it asks for."""

from enum import StrEnum

from lakemend.model import Model


class Cause(StrEnum):
    """What went wrong."""

    DRIVER_OOM = "driver_oom"
    EXECUTOR_OOM = "executor_oom"
    DRIVER_UNRESPONSIVE = "driver_unresponsive"
    EXECUTOR_LOST = "executor_lost"
    SPOT_PREEMPTION = "spot_preemption"
    CLOUD_CAPACITY = "cloud_capacity"
    CLOUD_QUOTA = "cloud_quota"
    CLUSTER_START_FAILURE = "cluster_start_failure"
    CLUSTER_TERMINATED = "cluster_terminated"
    INIT_SCRIPT_FAILURE = "init_script_failure"
    LIBRARY_INSTALLATION = "library_installation"
    MISSING_MODULE = "missing_module"
    NETWORK_TRANSIENT = "network_transient"
    CLOUD_STORAGE_THROTTLE = "cloud_storage_throttle"
    API_RATE_LIMITED = "api_rate_limited"
    SERVICE_UNAVAILABLE = "service_unavailable"
    AUTH_EXPIRED = "auth_expired"
    PERMISSION_DENIED = "permission_denied"
    TABLE_OR_PATH_NOT_FOUND = "table_or_path_not_found"
    SCHEMA_MISMATCH = "schema_mismatch"
    CONCURRENT_WRITE_CONFLICT = "concurrent_write_conflict"
    USER_CODE = "user_code"
    SYNTAX_OR_ANALYSIS_ERROR = "syntax_or_analysis_error"
    TIMEOUT = "timeout"
    DISK_FULL = "disk_full"
    SHUFFLE_FETCH_FAILURE = "shuffle_fetch_failure"
    CONFIG_INVALID = "config_invalid"
    CONCURRENCY_LIMIT = "concurrency_limit"
    SOURCE_DATABASE_UNAVAILABLE = "source_database_unavailable"
    STREAMING_STATE = "streaming_state"
    PIPELINE_UPDATE_FAILURE = "pipeline_update_failure"
    WAREHOUSE_UNAVAILABLE = "warehouse_unavailable"
    USER_CANCELED = "user_canceled"
    BILLING = "billing"
    UNKNOWN = "unknown"


class Layer(StrEnum):
    """Which layer failed."""

    USER_CODE = "user_code"
    DATA = "data"
    LIBRARY = "library"
    MEMORY = "memory"
    CLUSTER = "cluster"
    CLOUD_CAPACITY = "cloud_capacity"
    QUOTA = "quota"
    CREDENTIALS = "credentials"
    NETWORK = "network"
    PLATFORM = "platform"
    CONFIGURATION = "configuration"
    UNKNOWN = "unknown"


class Remedy(StrEnum):
    """What kind of remedy the cause asks for.

    retry: the same again may pass; change: something must change first and Lakemend may do it;
    person: only a person can fix it; none: nothing to do.
    """

    RETRY = "retry"
    CHANGE = "change"
    PERSON = "person"
    NONE = "none"


class Reason(Model):
    """Why a cause was named or ruled out: the rule, where it matched, and the platform's words."""

    rule: str
    where: str
    quote: str = ""
    explanation: str = ""


class Diagnosis(Model):
    """The answer. `error_type` chooses the playbook; empty when there is none for the cause."""

    cause: Cause
    error_type: str = ""
    layer: Layer = Layer.UNKNOWN
    remedy: Remedy = Remedy.PERSON
    confidence: float = 0.0
    task_key: str = ""
    cluster_id: str = ""
    summary: str = ""
    reasons: tuple[Reason, ...] = ()
    ruled_out: tuple[Reason, ...] = ()
    alternatives: tuple[Cause, ...] = ()
