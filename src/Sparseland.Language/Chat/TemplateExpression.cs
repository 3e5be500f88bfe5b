namespace Sparseland.Language.Chat;

/// <summary>An expression of a template.</summary>
internal abstract class TemplateExpression(TemplatePlace place)
{
    /// <summary>Where it stands.</summary>
    public TemplatePlace Place => place;

    /// <summary>Its value.</summary>
    public abstract object? Evaluate(TemplateRun run);
}

/// <summary>A value as written.</summary>
internal sealed class TemplateLiteral(TemplatePlace place, object? value) : TemplateExpression(place)
{
    /// <inheritdoc/>
    public override object? Evaluate(TemplateRun run) => value;
}

/// <summary>A variable.</summary>
internal sealed class TemplateVariable(TemplatePlace place, string name) : TemplateExpression(place)
{
    /// <summary>Its name.</summary>
    public string Name => name;

    /// <inheritdoc/>
    public override object? Evaluate(TemplateRun run) => run.Get(name);
}

/// <summary>[a, b] and (a, b).</summary>
internal sealed class TemplateListLiteral(TemplatePlace place, IReadOnlyList<TemplateExpression> items) : TemplateExpression(place)
{
    /// <inheritdoc/>
    public override object? Evaluate(TemplateRun run)
    {
        run.Spend(items.Count);
        return items.Select(item => item.Evaluate(run)).ToList();
    }
}

/// <summary>{"a": b}.</summary>
internal sealed class TemplateMapLiteral(TemplatePlace place, IReadOnlyList<(TemplateExpression Key, TemplateExpression Value)> items) : TemplateExpression(place)
{
    /// <inheritdoc/>
    public override object? Evaluate(TemplateRun run)
    {
        run.Spend(items.Count);
        var map = new OrderedDictionary<string, object?>(items.Count);
        foreach (var (key, value) in items)
            map[key.Evaluate(run) as string ?? throw key.Place.Fault("the key of a mapping must be a string")] = value.Evaluate(run);
        return map;
    }
}

/// <summary>a if b else c; without else, undefined.</summary>
internal sealed class TemplateConditional(TemplatePlace place, TemplateExpression condition, TemplateExpression then, TemplateExpression? otherwise) : TemplateExpression(place)
{
    /// <inheritdoc/>
    public override object? Evaluate(TemplateRun run) =>
        TemplateValues.IsTrue(condition.Evaluate(run)) ? then.Evaluate(run) : otherwise is null ? Undefined.Value : otherwise.Evaluate(run);
}

/// <summary>a and b, a or b: the operand that decides, as Python gives it.</summary>
internal sealed class TemplateLogic(TemplatePlace place, bool isAnd, TemplateExpression left, TemplateExpression right) : TemplateExpression(place)
{
    /// <inheritdoc/>
    public override object? Evaluate(TemplateRun run)
    {
        var value = left.Evaluate(run);
        return TemplateValues.IsTrue(value) == isAnd ? right.Evaluate(run) : value;
    }
}

/// <summary>not a.</summary>
internal sealed class TemplateNot(TemplatePlace place, TemplateExpression operand) : TemplateExpression(place)
{
    /// <inheritdoc/>
    public override object? Evaluate(TemplateRun run) => !TemplateValues.IsTrue(operand.Evaluate(run));
}

/// <summary>a == b, a in b and their kin, chained as in Python: a &lt; b &lt; c.</summary>
internal sealed class TemplateComparison(TemplatePlace place, TemplateExpression first, IReadOnlyList<(string Operator, TemplateExpression Operand)> rest) : TemplateExpression(place)
{
    /// <inheritdoc/>
    public override object? Evaluate(TemplateRun run)
    {
        var left = first.Evaluate(run);
        foreach (var (name, operand) in rest)
        {
            var right = operand.Evaluate(run);
            if (!Holds(name, left, right, Place))
                return false;
            left = right;
        }
        return true;
    }

    private static bool Holds(string name, object? left, object? right, TemplatePlace place) => name switch
    {
        "==" => TemplateValues.AreEqual(left, right),
        "!=" => !TemplateValues.AreEqual(left, right),
        "in" => IsIn(left, right, place),
        "not in" => !IsIn(left, right, place),
        "<" => TemplateValues.Compare(left, right, place) < 0,
        "<=" => TemplateValues.Compare(left, right, place) <= 0,
        ">" => TemplateValues.Compare(left, right, place) > 0,
        _ => TemplateValues.Compare(left, right, place) >= 0,
    };

    /// <summary>Whether a value is in a list, a key in a mapping, a string in a string.</summary>
    public static bool IsIn(object? value, object? container, TemplatePlace place) => container switch
    {
        string text => text.Contains(value as string ?? throw place.Fault($"a string is looked for in a string, found {TemplateValues.Kind(value)}"), StringComparison.Ordinal),
        OrderedDictionary<string, object?> map => value is string key && map.ContainsKey(key),
        _ => TemplateValues.Items(container, place).Exists(item => TemplateValues.AreEqual(item, value)),
    };
}

/// <summary>a.name or a["name"], a[1], and undefined where there is nothing.</summary>
internal sealed class TemplateItem(TemplatePlace place, TemplateExpression owner, TemplateExpression key, bool isAttribute) : TemplateExpression(place)
{
    /// <summary>Whose it is.</summary>
    public TemplateExpression Owner => owner;

    /// <summary>The name after a dot, or null.</summary>
    public string? Attribute => isAttribute && key is TemplateLiteral literal ? literal.Evaluate(null!) as string : null;

    /// <inheritdoc/>
    public override object? Evaluate(TemplateRun run)
    {
        var value = owner.Evaluate(run);
        var wanted = key.Evaluate(run);
        if (value is Undefined)
            throw Place.Fault($"'{TemplateValues.Text(wanted)}' of {(owner is TemplateVariable variable ? $"'{variable.Name}', which is not defined" : "an undefined value")}");
        return Get(value, wanted);
    }

    /// <summary>An entry of a mapping or list, a character of a string; undefined where there is none.</summary>
    public static object? Get(object? value, object? wanted)
    {
        switch (value, wanted)
        {
            case (OrderedDictionary<string, object?> map, string name):
                return map.TryGetValue(name, out var entry) ? entry : Undefined.Value;
            case (TemplateNamespace space, string name):
                return space.Members.TryGetValue(name, out var member) ? member : Undefined.Value;
            case (List<object?> list, long index):
                index += index < 0 ? list.Count : 0;
                return index >= 0 && index < list.Count ? list[(int)index] : Undefined.Value;
            case (string text, long index):
                var runes = text.EnumerateRunes().ToArray();
                index += index < 0 ? runes.Length : 0;
                return index >= 0 && index < runes.Length ? runes[index].ToString() : Undefined.Value;
            default:
                return Undefined.Value;
        }
    }
}

/// <summary>a[start:stop:step].</summary>
internal sealed class TemplateSlice(TemplatePlace place, TemplateExpression owner, TemplateExpression? start, TemplateExpression? stop, TemplateExpression? step) : TemplateExpression(place)
{
    /// <inheritdoc/>
    public override object? Evaluate(TemplateRun run)
    {
        var value = owner.Evaluate(run);
        if (value is not (string or List<object?>))
            throw Place.Fault($"{TemplateValues.Kind(value)} cannot be cut");
        var items = TemplateValues.Items(value, Place);
        var stride = Bound(step, run) ?? 1;
        if (stride == 0)
            throw Place.Fault("a step of zero");
        var (low, high) = stride > 0 ? (0L, (long)items.Count) : (-1L, items.Count - 1L);
        var from = Bound(start, run) is { } first ? Math.Clamp(first < 0 ? first + items.Count : first, low, high) : stride > 0 ? low : high;
        var to = Bound(stop, run) is { } last ? Math.Clamp(last < 0 ? last + items.Count : last, low, high) : stride > 0 ? high : low;
        run.Spend(items.Count);
        var chosen = new List<object?>();
        for (var i = from; stride > 0 ? i < to : i > to; i += stride)
            chosen.Add(items[(int)i]);
        return value is string ? string.Concat(chosen) : chosen;
    }

    private long? Bound(TemplateExpression? bound, TemplateRun run) => bound?.Evaluate(run) switch
    {
        null => null,
        // Far beyond any list, and safe to add to.
        long number => Math.Clamp(number, int.MinValue, int.MaxValue),
        var other => throw Place.Fault($"a bound must be a whole number, found {TemplateValues.Kind(other)}"),
    };
}

/// <summary>The arguments of a call before they are evaluated.</summary>
internal sealed record TemplateArgumentList(IReadOnlyList<TemplateExpression> Positional, IReadOnlyList<(string Name, TemplateExpression Value)> Named)
{
    /// <summary>The values.</summary>
    public TemplateArguments Evaluate(TemplateRun run) => Positional.Count + Named.Count == 0 ? TemplateArguments.None
        : new(Positional.Select(value => value.Evaluate(run)).ToArray(), Named.ToDictionary(pair => pair.Name, pair => pair.Value.Evaluate(run)));
}

/// <summary>function(...) and value.method(...).</summary>
internal sealed class TemplateCall(TemplatePlace place, TemplateExpression function, TemplateArgumentList arguments) : TemplateExpression(place)
{
    /// <inheritdoc/>
    public override object? Evaluate(TemplateRun run)
    {
        run.Spend();
        var given = arguments.Evaluate(run);
        if (function is TemplateItem { Attribute: { } name } item)
        {
            var owner = item.Owner.Evaluate(run);
            if (TemplateItem.Get(owner, name) is ITemplateCallable member)
                return member.Call(run, Place, given);
            return TemplateMethods.Call(run, Place, owner, name, given);
        }
        if (function.Evaluate(run) is ITemplateCallable callable)
            return callable.Call(run, Place, given);
        return function is TemplateVariable variable ? TemplateFunctions.Call(run, Place, variable.Name, given) : throw Place.Fault("what is called is no function");
    }
}

/// <summary>value|filter(...).</summary>
internal sealed class TemplateFilter(TemplatePlace place, TemplateExpression value, string name, TemplateArgumentList arguments) : TemplateExpression(place)
{
    /// <inheritdoc/>
    public override object? Evaluate(TemplateRun run)
    {
        run.Spend();
        return TemplateFilters.Apply(run, Place, name, value.Evaluate(run), arguments.Evaluate(run));
    }
}

/// <summary>value is test(...), value is not test.</summary>
internal sealed class TemplateTest(TemplatePlace place, TemplateExpression value, string name, TemplateArgumentList arguments, bool negated) : TemplateExpression(place)
{
    /// <inheritdoc/>
    public override object? Evaluate(TemplateRun run) => TemplateTests.Holds(Place, name, value.Evaluate(run), arguments.Evaluate(run)) != negated;
}
