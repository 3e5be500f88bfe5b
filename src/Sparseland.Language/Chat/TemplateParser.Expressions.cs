using System.Globalization;

namespace Sparseland.Language.Chat;

/// <summary>Reads expressions, with Jinja's order: if-else, or, and, not, comparisons, + and -, ~, * and /, **, signs, then attributes, calls, filters and tests.</summary>
internal sealed partial class TemplateParser
{
    private TemplateExpression Expression()
    {
        var outer = depth;
        Deeper();
        var value = Or();
        while (IsName("if"))
        {
            Deeper();
            var place = Take().Place;
            var condition = Or();
            var otherwise = IsName("else") ? Else() : null;
            value = new TemplateConditional(place, condition, value, otherwise);
        }
        depth = outer;
        return value;

        TemplateExpression Else()
        {
            Take();
            return Expression();
        }
    }

    // a, b: a tuple without brackets.
    private TemplateExpression ExpressionList()
    {
        var first = Expression();
        if (!IsOperator(","))
            return first;
        var items = new List<TemplateExpression> { first };
        while (TryTake(","))
            if (Now.Kind is not (TemplateTokenKind.BlockEnd or TemplateTokenKind.OutputEnd))
                items.Add(Expression());
        return new TemplateListLiteral(first.Place, items);
    }

    private TemplateExpression Or()
    {
        var outer = depth;
        var left = And();
        while (IsName("or"))
        {
            Deeper();
            left = new TemplateLogic(Take().Place, isAnd: false, left, And());
        }
        depth = outer;
        return left;
    }

    private TemplateExpression And()
    {
        var outer = depth;
        var left = Not();
        while (IsName("and"))
        {
            Deeper();
            left = new TemplateLogic(Take().Place, isAnd: true, left, Not());
        }
        depth = outer;
        return left;
    }

    private TemplateExpression Not()
    {
        if (!IsName("not"))
            return Comparison();
        Deeper();
        var place = Take().Place;
        var operand = new TemplateNot(place, Not());
        depth--;
        return operand;
    }

    private TemplateExpression Comparison()
    {
        var first = Sum();
        var rest = new List<(string, TemplateExpression)>();
        while (ComparisonOperator() is { } name)
            rest.Add((name, Sum()));
        return rest.Count == 0 ? first : new TemplateComparison(first.Place, first, rest);
    }

    private string? ComparisonOperator()
    {
        if (Now is { Kind: TemplateTokenKind.Operator, Text: "==" or "!=" or "<" or "<=" or ">" or ">=" })
            return Take().Text;
        if (IsName("in"))
            return Take().Text;
        if (!IsName("not") || tokens[position + 1] is not { Kind: TemplateTokenKind.Name, Text: "in" })
            return null;
        position += 2;
        return "not in";
    }

    private TemplateExpression Sum() => Binary(Join, "+", "-");

    private TemplateExpression Join() => Binary(Product, "~");

    private TemplateExpression Product() => Binary(Power, "*", "/", "//", "%");

    private TemplateExpression Power() => Binary(() => Sign(withFilters: true), "**");

    private TemplateExpression Binary(Func<TemplateExpression> operand, params string[] operators)
    {
        var outer = depth;
        var left = operand();
        while (Now.Kind == TemplateTokenKind.Operator && operators.Contains(Now.Text))
        {
            // Each operand more is a level of nesting when the expression is evaluated.
            Deeper();
            var token = Take();
            left = new TemplateArithmetic(token.Place, token.Text, left, operand());
        }
        depth = outer;
        return left;
    }

    private TemplateExpression Sign(bool withFilters)
    {
        TemplateExpression value;
        if (IsOperator("-") || IsOperator("+"))
        {
            Deeper();
            var token = Take();
            value = new TemplateSign(token.Place, token.Text == "-", Sign(withFilters: false));
            depth--;
        }
        else
        {
            value = Primary();
        }
        value = Postfix(value);
        return withFilters ? FiltersAndTests(value) : value;
    }

    private TemplateExpression Primary()
    {
        var token = Take();
        switch (token.Kind)
        {
            case TemplateTokenKind.Name:
                return token.Text switch
                {
                    "true" or "True" => new TemplateLiteral(token.Place, true),
                    "false" or "False" => new TemplateLiteral(token.Place, false),
                    "none" or "None" => new TemplateLiteral(token.Place, null),
                    "if" or "else" or "elif" or "in" or "is" or "and" or "or" or "not" => throw token.Place.Fault($"'{token.Text}' where a value is expected"),
                    _ => new TemplateVariable(token.Place, token.Text),
                };
            case TemplateTokenKind.String:
                // Strings side by side are one, as in Python.
                var text = token.Text;
                while (Now.Kind == TemplateTokenKind.String)
                    text += Take().Text;
                return new TemplateLiteral(token.Place, text);
            case TemplateTokenKind.Integer:
                return new TemplateLiteral(token.Place, long.Parse(token.Text, CultureInfo.InvariantCulture));
            case TemplateTokenKind.Float:
                return new TemplateLiteral(token.Place, double.Parse(token.Text, CultureInfo.InvariantCulture));
            case TemplateTokenKind.Operator when token.Text == "(":
                return Bracketed(token.Place);
            case TemplateTokenKind.Operator when token.Text == "[":
                return new TemplateListLiteral(token.Place, Items("]"));
            case TemplateTokenKind.Operator when token.Text == "{":
                return Map(token.Place);
            default:
                position--;
                throw token.Place.Fault($"expected a value, found {Found()}");
        }
    }

    // (a) is a; (a,) and (a, b) are lists.
    private TemplateExpression Bracketed(TemplatePlace place)
    {
        if (TryTake(")"))
            return new TemplateListLiteral(place, []);
        var first = Expression();
        if (TryTake(")"))
            return first;
        Take(",");
        return new TemplateListLiteral(place, [first, .. Items(")")]);
    }

    private List<TemplateExpression> Items(string close)
    {
        var items = new List<TemplateExpression>();
        while (!TryTake(close))
        {
            items.Add(Expression());
            if (!IsOperator(close))
                Take(",");
        }
        return items;
    }

    private TemplateMapLiteral Map(TemplatePlace place)
    {
        var items = new List<(TemplateExpression, TemplateExpression)>();
        while (!TryTake("}"))
        {
            var key = Expression();
            Take(":");
            items.Add((key, Expression()));
            if (!IsOperator("}"))
                Take(",");
        }
        return new TemplateMapLiteral(place, items);
    }

    private TemplateExpression Postfix(TemplateExpression value)
    {
        var outer = depth;
        while (true)
        {
            Deeper();
            var place = Now.Place;
            if (TryTake("."))
            {
                var isIndex = Now.Kind == TemplateTokenKind.Integer;
                var key = isIndex ? Take() : Take(TemplateTokenKind.Name);
                value = new TemplateItem(key.Place, value, new TemplateLiteral(key.Place, isIndex ? long.Parse(key.Text, CultureInfo.InvariantCulture) : key.Text), isAttribute: !isIndex);
            }
            else if (TryTake("["))
            {
                value = Subscript(place, value);
            }
            else if (TryTake("("))
            {
                value = new TemplateCall(place, value, Arguments());
            }
            else
            {
                depth = outer;
                return value;
            }
        }
    }

    private TemplateExpression Subscript(TemplatePlace place, TemplateExpression owner)
    {
        var start = IsOperator(":") ? null : Expression();
        if (start is not null && TryTake("]"))
            return new TemplateItem(place, owner, start, isAttribute: false);
        Take(":");
        var stop = IsOperator(":") || IsOperator("]") ? null : Expression();
        var step = TryTake(":") && !IsOperator("]") ? Expression() : null;
        Take("]");
        return new TemplateSlice(place, owner, start, stop, step);
    }

    private TemplateArgumentList Arguments()
    {
        var positional = new List<TemplateExpression>();
        var named = new List<(string, TemplateExpression)>();
        while (!TryTake(")"))
        {
            if (Now.Kind == TemplateTokenKind.Name && tokens[position + 1] is { Kind: TemplateTokenKind.Operator, Text: "=" })
            {
                var name = Take();
                Take();
                if (named.Exists(pair => pair.Item1 == name.Text))
                    throw name.Place.Fault($"the argument '{name.Text}' is given twice");
                named.Add((name.Text, Expression()));
            }
            else if (IsOperator("*") || IsOperator("**"))
            {
                throw Now.Place.Unknown("an argument list", Now.Text);
            }
            else
            {
                positional.Add(Expression());
            }
            if (!IsOperator(")"))
                Take(",");
        }
        return new TemplateArgumentList(positional, named);
    }

    private TemplateExpression FiltersAndTests(TemplateExpression value)
    {
        var outer = depth;
        while (true)
        {
            Deeper();
            if (TryTake("|"))
            {
                var name = Take(TemplateTokenKind.Name);
                if (!TemplateFilters.Known.Contains(name.Text))
                    throw name.Place.Unknown("the filter", name.Text, TemplateFilters.Known);
                value = new TemplateFilter(name.Place, value, name.Text, TryTake("(") ? Arguments() : new TemplateArgumentList([], []));
            }
            else if (IsName("is"))
            {
                Take();
                value = Test(value);
            }
            else if (IsOperator("("))
            {
                value = new TemplateCall(Take().Place, value, Arguments());
            }
            else
            {
                depth = outer;
                return value;
            }
        }
    }

    private TemplateTest Test(TemplateExpression value)
    {
        var negated = IsName("not");
        if (negated)
            Take();
        var name = Take(TemplateTokenKind.Name);
        if (!TemplateTests.Known.Contains(name.Text))
            throw name.Place.Unknown("the test", name.Text, TemplateTests.Known);
        if (TryTake("("))
            return new TemplateTest(name.Place, value, name.Text, Arguments(), negated);
        // "is divisibleby 3": an argument without brackets.
        var takesArgument = Now.Kind is TemplateTokenKind.Integer or TemplateTokenKind.Float or TemplateTokenKind.String
            || (Now.Kind == TemplateTokenKind.Name && Now.Text is not ("else" or "or" or "and" or "if" or "is" or "in" or "not"));
        return new TemplateTest(name.Place, value, name.Text, new TemplateArgumentList(takesArgument ? [Postfix(Primary())] : [], []), negated);
    }
}
