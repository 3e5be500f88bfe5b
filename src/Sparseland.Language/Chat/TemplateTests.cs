namespace Sparseland.Language.Chat;

/// <summary>The tests after "is".</summary>
internal static class TemplateTests
{
    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Known { get; } =
    [
        "defined", "undefined", "none", "true", "false", "boolean", "string", "number", "integer", "float", "mapping", "sequence", "iterable", "callable",
        "even", "odd", "divisibleby", "equalto", "eq", "ne", "lt", "le", "gt", "ge", "in",
    ];

    /// <summary>Whether a value passes.</summary>
    public static bool Holds(TemplatePlace place, string name, object? value, TemplateArguments arguments) => name switch
    {
        "defined" => value is not Undefined,
        "undefined" => value is Undefined,
        "none" => value is null,
        "true" => value is true,
        "false" => value is false,
        "boolean" => value is bool,
        "string" => value is string,
        "number" => value is long or double or bool,
        "integer" => value is long,
        "float" => value is double,
        "mapping" => value is OrderedDictionary<string, object?>,
        "sequence" or "iterable" => value is string or List<object?> or OrderedDictionary<string, object?>,
        "callable" => value is ITemplateCallable,
        "even" => Whole(place, name, value) % 2 == 0,
        "odd" => Whole(place, name, value) % 2 != 0,
        "divisibleby" => arguments.Whole(place, 0, "num", 0) is not 0 and var divisor ? divisor == -1 || Whole(place, name, value) % divisor == 0 : throw place.Fault("division by zero"),
        "equalto" or "eq" => TemplateValues.AreEqual(value, Other(place, name, arguments)),
        "ne" => !TemplateValues.AreEqual(value, Other(place, name, arguments)),
        "lt" => TemplateValues.Compare(value, Other(place, name, arguments), place) < 0,
        "le" => TemplateValues.Compare(value, Other(place, name, arguments), place) <= 0,
        "gt" => TemplateValues.Compare(value, Other(place, name, arguments), place) > 0,
        "ge" => TemplateValues.Compare(value, Other(place, name, arguments), place) >= 0,
        "in" => TemplateComparison.IsIn(value, Other(place, name, arguments), place),
        _ => throw place.Unknown("the test", name, Known),
    };

    private static long Whole(TemplatePlace place, string name, object? value) => value as long? ?? throw place.Fault($"'{name}' asks for a whole number, found {TemplateValues.Kind(value)}");

    private static object? Other(TemplatePlace place, string name, TemplateArguments arguments) =>
        arguments.Positional.Count == 1 ? arguments.Positional[0] : throw place.Fault($"'{name}' asks for one value to compare with");
}
