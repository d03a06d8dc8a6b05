import ast

LONGEST_FUNCTION = 40
LONGEST_FILE = 250


def functions(text: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, kinds)]


def lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_no_function_is_longer_than_a_glance(sources: dict[str, str]) -> None:
    found = [
        f"{path}:{function.lineno} {function.name} has {lines(function)} lines"
        for path, text in sources.items()
        for function in functions(text)
        if lines(function) > LONGEST_FUNCTION
    ]

    assert found == []


def test_no_source_file_is_too_long(sources: dict[str, str]) -> None:
    sizes = {path: len(text.splitlines()) for path, text in sources.items()}

    assert {path: size for path, size in sizes.items() if size > LONGEST_FILE} == {}


def test_lines_of_a_function_are_counted() -> None:
    assert lines(functions("def f():\n    a = 1\n    return a\n")[0]) == 3
