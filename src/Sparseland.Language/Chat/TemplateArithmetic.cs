namespace Sparseland.Language.Chat;

/// <summary>a + b and its kin.</summary>
internal sealed class TemplateArithmetic(TemplatePlace place, string name, TemplateExpression left, TemplateExpression right) : TemplateExpression(place)
{
    /// <inheritdoc/>
    public override object? Evaluate(TemplateRun run)
    {
        var (a, b) = (left.Evaluate(run), right.Evaluate(run));
        if (name == "~")
            return Join(run, TemplateValues.Text(a), TemplateValues.Text(b));
        return (name, a, b) switch
        {
            ("+", string x, string y) => Join(run, x, y),
            ("+", List<object?> x, List<object?> y) => Join(run, x, y),
            ("*", string text, long times) => Repeat(run, text, times),
            ("*", long times, string text) => Repeat(run, text, times),
            (_, bool or long, bool or long) when name is not "/" => Whole(name, AsWhole(a), AsWhole(b)),
            (_, bool or long or double, bool or long or double) => Fraction(name, TemplateValues.AsNumber(a)!.Value, TemplateValues.AsNumber(b)!.Value),
            _ => throw Place.Fault($"{TemplateValues.Kind(a)} {name} {TemplateValues.Kind(b)} is not possible"),
        };
    }

    private static string Join(TemplateRun run, string a, string b)
    {
        run.CheckLength(a.Length + (long)b.Length);
        return a + b;
    }

    private List<object?> Join(TemplateRun run, List<object?> a, List<object?> b)
    {
        if (a.Count + b.Count > TemplateRun.LongestList)
            throw Place.Fault($"a list of more than {TemplateRun.LongestList} entries");
        run.Spend(a.Count + b.Count);
        return [.. a, .. b];
    }

    private static string Repeat(TemplateRun run, string text, long times)
    {
        times = Math.Clamp(times, 0, int.MaxValue);
        run.CheckLength(text.Length * times);
        return string.Concat(Enumerable.Repeat(text, text.Length == 0 ? 0 : (int)times));
    }

    private static long AsWhole(object? value) => value is bool flag ? (flag ? 1 : 0) : (long)value!;

    private object Whole(string operation, long a, long b)
    {
        if (b == 0 && operation is "//" or "%")
            throw Place.Fault("division by zero");
        try
        {
            return checked(operation switch
            {
                "+" => a + b,
                "-" => a - b,
                "*" => a * b,
                // Python rounds down, and the remainder has the divisor's sign.
                "//" => (a / b) - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0),
                "%" => a % b is var rest && rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest,
                _ => Power(a, b),
            });
        }
        catch (OverflowException)
        {
            throw Place.Fault($"{a} {operation} {b} is too large a number");
        }
    }

    private long Power(long a, long b)
    {
        if (b is < 0 or > 63)
            throw Place.Fault($"the power {b} is outside 0 to 63");
        var result = 1L;
        for (var i = 0; i < b; i++)
            result = checked(result * a);
        return result;
    }

    private object Fraction(string operation, double a, double b) => operation switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" or "//" or "%" when b == 0 => throw Place.Fault("division by zero"),
        "/" => a / b,
        "//" => Math.Floor(a / b),
        "%" => a - (b * Math.Floor(a / b)),
        _ => Math.Pow(a, b),
    };
}

/// <summary>-a and +a.</summary>
internal sealed class TemplateSign(TemplatePlace place, bool negates, TemplateExpression operand) : TemplateExpression(place)
{
    /// <inheritdoc/>
    public override object? Evaluate(TemplateRun run) => operand.Evaluate(run) switch
    {
        // The lexer reads no sign, so the smallest number cannot come from a literal.
        // As objects: else a whole number would become a fraction, the one type that holds both.
        long number when number != long.MinValue => (object)(negates ? -number : number),
        double number => (object)(negates ? -number : number),
        bool flag => (object)((flag ? 1L : 0) * (negates ? -1 : 1)),
        var other => throw Place.Fault($"a sign before {TemplateValues.Kind(other)}"),
    };
}
