namespace Sparseland.Language.Chat;

/// <summary>A statement of a template.</summary>
internal abstract class TemplateNode
{
    /// <summary>Writes what the statement writes. False stops the loop around it: see <see cref="TemplateFlow"/>.</summary>
    public abstract TemplateFlow Render(TemplateRun run);
}

/// <summary>How to go on after a statement.</summary>
internal enum TemplateFlow
{
    /// <summary>With the next one.</summary>
    Next,

    /// <summary>With the next round of the loop.</summary>
    Continue,

    /// <summary>After the loop.</summary>
    Break,
}

/// <summary>Statements one after another.</summary>
internal sealed class TemplateBlock(IReadOnlyList<TemplateNode> nodes) : TemplateNode
{
    /// <inheritdoc/>
    public override TemplateFlow Render(TemplateRun run)
    {
        foreach (var node in nodes)
        {
            run.Spend();
            if (node.Render(run) is not TemplateFlow.Next and var flow)
                return flow;
        }
        return TemplateFlow.Next;
    }
}

/// <summary>Text as it stands.</summary>
internal sealed class TemplateText(string text) : TemplateNode
{
    /// <inheritdoc/>
    public override TemplateFlow Render(TemplateRun run)
    {
        run.Write(text);
        return TemplateFlow.Next;
    }
}

/// <summary>{{ value }}.</summary>
internal sealed class TemplateOutput(TemplateExpression value) : TemplateNode
{
    /// <inheritdoc/>
    public override TemplateFlow Render(TemplateRun run)
    {
        run.Write(TemplateValues.Text(value.Evaluate(run)));
        return TemplateFlow.Next;
    }
}

/// <summary>{% if %} with its branches; a branch without condition is the else.</summary>
internal sealed class TemplateIf(IReadOnlyList<(TemplateExpression? Condition, TemplateNode Body)> branches) : TemplateNode
{
    /// <inheritdoc/>
    public override TemplateFlow Render(TemplateRun run)
    {
        foreach (var (condition, body) in branches)
            if (condition is null || TemplateValues.IsTrue(condition.Evaluate(run)))
                return body.Render(run);
        return TemplateFlow.Next;
    }
}

/// <summary>{% break %} and {% continue %}.</summary>
internal sealed class TemplateJump(TemplateFlow flow) : TemplateNode
{
    /// <inheritdoc/>
    public override TemplateFlow Render(TemplateRun run) => flow;
}

/// <summary>{% for a, b in items if condition %} with an else for no rounds.</summary>
internal sealed class TemplateFor(IReadOnlyList<string> targets, TemplateExpression items, TemplateExpression? condition, TemplateNode body, TemplateNode? otherwise) : TemplateNode
{
    /// <inheritdoc/>
    public override TemplateFlow Render(TemplateRun run)
    {
        var chosen = Choose(run);
        var outer = run.Get("loop");
        for (var i = 0; i < chosen.Count; i++)
        {
            run.Spend();
            var flow = TemplateFlow.Next;
            run.InScope(() =>
            {
                TemplateAssignment.Unpack(run, items.Place, targets, chosen[i]);
                run.Set("loop", Loop(chosen, i, outer));
                flow = body.Render(run);
            });
            if (flow == TemplateFlow.Break)
                break;
        }
        if (chosen.Count == 0)
            run.InScope(() => otherwise?.Render(run));
        return TemplateFlow.Next;
    }

    private List<object?> Choose(TemplateRun run)
    {
        var all = TemplateValues.Items(items.Evaluate(run), items.Place);
        if (condition is null)
            return all;
        var chosen = new List<object?>();
        foreach (var item in all)
            run.InScope(() =>
            {
                run.Spend();
                TemplateAssignment.Unpack(run, items.Place, targets, item);
                if (TemplateValues.IsTrue(condition.Evaluate(run)))
                    chosen.Add(item);
            });
        return chosen;
    }

    private static OrderedDictionary<string, object?> Loop(List<object?> chosen, int i, object? outer) => new()
    {
        ["index"] = i + 1L,
        ["index0"] = (long)i,
        ["revindex"] = (long)chosen.Count - i,
        ["revindex0"] = chosen.Count - i - 1L,
        ["first"] = i == 0,
        ["last"] = i == chosen.Count - 1,
        ["length"] = (long)chosen.Count,
        ["previtem"] = i > 0 ? chosen[i - 1] : Undefined.Value,
        ["nextitem"] = i + 1 < chosen.Count ? chosen[i + 1] : Undefined.Value,
        ["depth"] = outer is OrderedDictionary<string, object?> around && around.TryGetValue("depth", out var depth) ? (long)depth! + 1 : 1L,
        ["depth0"] = outer is OrderedDictionary<string, object?> round && round.TryGetValue("depth0", out var depth0) ? (long)depth0! + 1 : 0L,
    };
}

/// <summary>{% set a, b = value %}, {% set space.name = value %}, and {% set a %}...{% endset %}.</summary>
internal sealed class TemplateAssignment(TemplatePlace place, IReadOnlyList<string> targets, string? member, TemplateExpression? value, TemplateNode? body) : TemplateNode
{
    /// <inheritdoc/>
    public override TemplateFlow Render(TemplateRun run)
    {
        var assigned = value is not null ? value.Evaluate(run) : run.Capture(() => run.InScope(() => body!.Render(run)));
        if (member is null)
            Unpack(run, place, targets, assigned);
        else if (run.Get(targets[0]) is TemplateNamespace space)
            space.Members[member] = assigned;
        else
            throw place.Fault($"'{targets[0]}.{member}' cannot be set: '{targets[0]}' is no namespace");
        return TemplateFlow.Next;
    }

    /// <summary>Sets one variable, or several from the entries of a list.</summary>
    public static void Unpack(TemplateRun run, TemplatePlace place, IReadOnlyList<string> targets, object? value)
    {
        if (targets.Count == 1)
        {
            run.Set(targets[0], value);
            return;
        }
        if (value is not List<object?> list || list.Count != targets.Count)
            throw place.Fault($"expected {targets.Count} values to name, found {(value is List<object?> other ? $"{other.Count}" : TemplateValues.Kind(value))}");
        for (var i = 0; i < targets.Count; i++)
            run.Set(targets[i], list[i]);
    }
}

/// <summary>What namespace() makes: variables that inner scopes can set.</summary>
internal sealed class TemplateNamespace
{
    /// <summary>The variables.</summary>
    public OrderedDictionary<string, object?> Members { get; } = [];
}

/// <summary>A parameter of a macro, perhaps with a default.</summary>
internal sealed record TemplateParameter(string Name, TemplateExpression? Default);

/// <summary>{% macro name(parameters) %}: a value that can be called.</summary>
internal sealed class TemplateMacro(string name, IReadOnlyList<TemplateParameter> parameters, TemplateNode body) : TemplateNode, ITemplateCallable
{
    /// <inheritdoc/>
    public override TemplateFlow Render(TemplateRun run)
    {
        run.Set(name, this);
        return TemplateFlow.Next;
    }

    /// <inheritdoc/>
    public object? Call(TemplateRun run, TemplatePlace place, TemplateArguments arguments)
    {
        arguments.CheckNames(place, name, parameters.Select(parameter => parameter.Name).ToArray());
        return run.Call(place, () =>
        {
            for (var i = 0; i < parameters.Count; i++)
                run.Set(parameters[i].Name, arguments.TryGet(i, parameters[i].Name, out var value) ? value : parameters[i].Default?.Evaluate(run) ?? (parameters[i].Default is null ? Undefined.Value : null));
            body.Render(run);
        });
    }
}
