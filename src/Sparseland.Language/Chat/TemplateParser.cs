namespace Sparseland.Language.Chat;

/// <summary>Reads statements; expressions are in the other part.</summary>
internal sealed partial class TemplateParser
{
    // Of statements, brackets, signs and operands together: each is a level of nesting when the template is rendered.
    private const int Deepest = 250;

    private static readonly string[] Statements = ["if", "for", "set", "macro", "generation", "break", "continue", "raw"];

    private readonly IReadOnlyList<TemplateToken> tokens;
    private int position;
    private int depth;
    private int loops;

    /// <summary>Takes a template.</summary>
    public TemplateParser(string source, string name) => tokens = TemplateLexer.Read(source, name);

    private TemplateToken Now => tokens[position];

    /// <summary>The whole template.</summary>
    public TemplateNode Parse()
    {
        var body = Body();
        return Now.Kind == TemplateTokenKind.End ? body : throw Now.Place.Fault($"'{tokens[position + 1].Text}' without its beginning");
    }

    // Up to a closing statement, which is left for the caller, or the end.
    private TemplateBlock Body(params ReadOnlySpan<string> closing)
    {
        Deeper();
        var nodes = new List<TemplateNode>();
        while (Now.Kind != TemplateTokenKind.End)
            switch (Now.Kind)
            {
                case TemplateTokenKind.Text:
                    nodes.Add(new TemplateText(Take().Text));
                    break;
                case TemplateTokenKind.OutputBegin:
                    Take();
                    nodes.Add(new TemplateOutput(ExpressionList()));
                    Take(TemplateTokenKind.OutputEnd);
                    break;
                default:
                    var keyword = tokens[position + 1];
                    if (IsClosing(keyword.Text))
                    {
                        depth--;
                        return closing.Contains(keyword.Text) ? new TemplateBlock(nodes)
                            : throw keyword.Place.Fault($"'{keyword.Text}' where {(closing.IsEmpty ? "nothing is open" : $"'{closing[^1]}' is expected")}");
                    }
                    nodes.Add(Statement());
                    break;
            }
        depth--;
        return closing.IsEmpty ? new TemplateBlock(nodes) : throw Now.Place.Fault($"the template ends where '{closing[^1]}' is expected");
    }

    private static bool IsClosing(string keyword) => keyword is "elif" or "else" || keyword.StartsWith("end", StringComparison.Ordinal);

    private TemplateNode Statement()
    {
        Take(TemplateTokenKind.BlockBegin);
        var keyword = Take(TemplateTokenKind.Name);
        switch (keyword.Text)
        {
            case "if":
                return If();
            case "for":
                return For();
            case "set":
                return Assignment(keyword.Place);
            case "macro":
                return Macro();
            // Marks the assistant's text for training masks; the text itself is the same.
            case "generation":
                Take(TemplateTokenKind.BlockEnd);
                var body = Body("endgeneration");
                Close();
                return body;
            case "break" or "continue":
                if (loops == 0)
                    throw keyword.Place.Fault($"'{keyword.Text}' outside a loop");
                Take(TemplateTokenKind.BlockEnd);
                return new TemplateJump(keyword.Text == "break" ? TemplateFlow.Break : TemplateFlow.Continue);
            default:
                throw keyword.Place.Unknown("the statement", keyword.Text, Statements);
        }
    }

    // {% endif %} and its kin, whose name Body has checked.
    private void Close()
    {
        Take(TemplateTokenKind.BlockBegin);
        Take(TemplateTokenKind.Name);
        // {% endmacro name %}
        if (Now.Kind == TemplateTokenKind.Name)
            Take();
        Take(TemplateTokenKind.BlockEnd);
    }

    private TemplateIf If()
    {
        var branches = new List<(TemplateExpression?, TemplateNode)>();
        var condition = (TemplateExpression?)Expression();
        while (true)
        {
            Take(TemplateTokenKind.BlockEnd);
            branches.Add((condition, condition is null ? Body("endif") : Body("elif", "else", "endif")));
            var keyword = tokens[position + 1].Text;
            if (keyword == "endif")
                break;
            Take(TemplateTokenKind.BlockBegin);
            Take(TemplateTokenKind.Name);
            condition = keyword == "elif" ? Expression() : null;
        }
        Close();
        return new TemplateIf(branches);
    }

    private TemplateFor For()
    {
        var targets = Targets();
        TakeName("in");
        // Without a conditional: "for a in b if c" filters.
        var items = Or();
        var condition = IsName("if") ? Filtered() : null;
        if (IsName("recursive"))
            throw Now.Place.Unknown("the loop modifier", "recursive");
        Take(TemplateTokenKind.BlockEnd);
        loops++;
        var body = Body("else", "endfor");
        loops--;
        TemplateNode? otherwise = null;
        if (tokens[position + 1].Text == "else")
        {
            Close();
            otherwise = Body("endfor");
        }
        Close();
        return new TemplateFor(targets, items, condition, body, otherwise);

        TemplateExpression Filtered()
        {
            Take();
            return Expression();
        }
    }

    private List<string> Targets()
    {
        var targets = new List<string>();
        var bracketed = TryTake("(");
        do
            targets.Add(Take(TemplateTokenKind.Name).Text);
        while (TryTake(","));
        if (bracketed)
            Take(")");
        return targets;
    }

    private TemplateAssignment Assignment(TemplatePlace place)
    {
        var targets = Targets();
        var member = targets.Count == 1 && TryTake(".") ? Take(TemplateTokenKind.Name).Text : null;
        if (TryTake("="))
        {
            var value = ExpressionList();
            Take(TemplateTokenKind.BlockEnd);
            return new TemplateAssignment(place, targets, member, value, null);
        }
        if (IsOperator("|"))
            throw Now.Place.Unknown("a filter on a block", "set");
        Take(TemplateTokenKind.BlockEnd);
        var body = Body("endset");
        Close();
        return targets.Count == 1 ? new TemplateAssignment(place, targets, member, null, body) : throw place.Fault("a block sets one variable");
    }

    private TemplateMacro Macro()
    {
        var name = Take(TemplateTokenKind.Name).Text;
        var parameters = new List<TemplateParameter>();
        Take("(");
        while (!TryTake(")"))
        {
            var parameter = Take(TemplateTokenKind.Name).Text;
            parameters.Add(new TemplateParameter(parameter, TryTake("=") ? Expression() : null));
            if (!IsOperator(")"))
                Take(",");
        }
        Take(TemplateTokenKind.BlockEnd);
        // A loop around the macro is none of its own.
        var outer = loops;
        loops = 0;
        var body = Body("endmacro");
        loops = outer;
        Close();
        return new TemplateMacro(name, parameters, body);
    }

    private void Deeper()
    {
        if (++depth > Deepest)
            throw new Errors.ResourceLimitException($"{Now.Place.Name} (line {Now.Place.Line}): nesting deeper than {Deepest}; give another template");
    }

    private TemplateToken Take() => tokens[position++];

    private TemplateToken Take(TemplateTokenKind kind) => Now.Kind == kind ? Take() : throw Now.Place.Fault($"expected {Word(kind)}, found {Found()}");

    private void Take(string symbol)
    {
        if (!TryTake(symbol))
            throw Now.Place.Fault($"expected '{symbol}', found {Found()}");
    }

    private void TakeName(string name)
    {
        if (!IsName(name))
            throw Now.Place.Fault($"expected '{name}', found {Found()}");
        position++;
    }

    private bool TryTake(string symbol)
    {
        if (!IsOperator(symbol))
            return false;
        position++;
        return true;
    }

    private bool IsOperator(string symbol) => Now.Kind == TemplateTokenKind.Operator && Now.Text == symbol;

    private bool IsName(string name) => Now.Kind == TemplateTokenKind.Name && Now.Text == name;

    private string Found() => Now.Kind == TemplateTokenKind.End ? "the end of the template" : $"'{Now.Text}'";

    private static string Word(TemplateTokenKind kind) => kind switch
    {
        TemplateTokenKind.BlockEnd => "'%}'",
        TemplateTokenKind.OutputEnd => "'}}'",
        TemplateTokenKind.Name => "a name",
        _ => kind.ToString(),
    };
}
