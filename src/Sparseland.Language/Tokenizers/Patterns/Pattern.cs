using Sparseland.Errors;

namespace Sparseland.Language.Tokenizers.Patterns;

/// <summary>
/// A regular expression over code points, as the tokenizers library's engine sees text: a letter beyond the basic plane is one letter.
/// (.NET's expressions see two surrogates there, and would cut "😀hello" elsewhere.) Backtracking with an explicit stack and a budget of steps,
/// so that a hostile file can neither overflow the stack nor run for ever.
/// </summary>
internal sealed class Pattern : ITextMatcher
{
    private const int LongestProgram = 5_000;

    [ThreadStatic]
    private static Stack<(int, int, int)>? spareStack;

    private readonly List<Instruction> program = [];

    /// <summary>Compiles an expression.</summary>
    /// <exception cref="UnsupportedException">It uses a construct that is not known.</exception>
    public Pattern(string expression)
    {
        Expression = expression;
        Emit(PatternParser.Parse(expression));
        program.Add(new Instruction(Operation.Accept));
    }

    private enum Operation
    {
        Set,
        Loop,
        Split,
        Jump,
        Ahead,
        NotAhead,
        Atomic,
        Place,
        Accept,
    }

    /// <summary>The expression as written.</summary>
    public string Expression { get; }

    /// <inheritdoc/>
    public bool Find(ReadOnlySpan<char> text, int from, ref long budget, out int start, out int end)
    {
        var stack = spareStack ??= new Stack<(int, int, int)>();
        for (start = from; start < text.Length; start += Width(text, start))
        {
            stack.Clear();
            end = Run(text, 0, start, stack, ref budget);
            // A match of nothing cuts nothing.
            if (end > start)
                return true;
        }
        end = start;
        return false;
    }

    private static int Width(ReadOnlySpan<char> text, int index) =>
        char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]) ? 2 : 1;

    private static int WidthBefore(ReadOnlySpan<char> text, int index) =>
        char.IsLowSurrogate(text[index - 1]) && index > 1 && char.IsHighSurrogate(text[index - 2]) ? 2 : 1;

    private static int CodePoint(ReadOnlySpan<char> text, int index, int width) =>
        width == 2 ? char.ConvertToUtf32(text[index], text[index + 1]) : text[index];

    private void Emit(PatternNode node)
    {
        if (program.Count > LongestProgram)
            throw new UnsupportedException($"regular expression '{Expression[..Math.Min(200, Expression.Length)]}': more than {LongestProgram} steps once its repetitions are written out are not supported");
        switch (node)
        {
            case SetNode set:
                program.Add(new Instruction(Operation.Set, Set: set.Set));
                break;
            case SequenceNode sequence:
                foreach (var part in sequence.Parts)
                    Emit(part);
                break;
            case ChoiceNode choice:
                EmitChoice(choice);
                break;
            case RepeatNode repeat:
                EmitRepeat(repeat);
                break;
            case AheadNode ahead:
                EmitInner(ahead.Negative ? Operation.NotAhead : Operation.Ahead, ahead.Part);
                break;
            case AtomicNode atomic:
                EmitInner(Operation.Atomic, atomic.Part);
                break;
            case PlaceNode place:
                program.Add(new Instruction(Operation.Place, (int)place.Kind));
                break;
        }
    }

    private void EmitChoice(ChoiceNode choice)
    {
        var jumps = new List<int>();
        for (var i = 0; i < choice.Parts.Count; i++)
        {
            var split = program.Count;
            var last = i == choice.Parts.Count - 1;
            if (!last)
                program.Add(default);
            Emit(choice.Parts[i]);
            if (last)
                break;
            jumps.Add(program.Count);
            program.Add(default);
            program[split] = new Instruction(Operation.Split, split + 1, program.Count);
        }
        foreach (var jump in jumps)
            program[jump] = new Instruction(Operation.Jump, program.Count);
    }

    private void EmitRepeat(RepeatNode repeat)
    {
        if (repeat.Part is SetNode { Set: var set } && repeat.Kind != RepeatKind.Lazy)
        {
            program.Add(new Instruction(Operation.Loop, repeat.Least, repeat.Most, set, repeat.Kind == RepeatKind.Possessive));
            return;
        }
        if (repeat.Kind == RepeatKind.Possessive)
        {
            EmitInner(Operation.Atomic, repeat with { Kind = RepeatKind.Greedy });
            return;
        }
        for (var i = 0; i < repeat.Least; i++)
            Emit(repeat.Part);
        var splits = new List<int>();
        for (var i = repeat.Least; i < repeat.Most; i++)
        {
            splits.Add(program.Count);
            program.Add(default);
            Emit(repeat.Part);
            if (repeat.Most != int.MaxValue)
                continue;
            program.Add(new Instruction(Operation.Jump, splits[0]));
            break;
        }
        foreach (var split in splits)
            program[split] = repeat.Kind == RepeatKind.Lazy ? new Instruction(Operation.Split, program.Count, split + 1) : new Instruction(Operation.Split, split + 1, program.Count);
    }

    private void EmitInner(Operation operation, PatternNode part)
    {
        var head = program.Count;
        program.Add(default);
        Emit(part);
        program.Add(new Instruction(Operation.Accept));
        program[head] = new Instruction(operation, program.Count);
    }

    // Returns where the match ends, or -1. A stack entry is (instruction, place, lowest place): with a lowest place of -1 it is tried once,
    // else again and again, one code point earlier each time.
    private int Run(ReadOnlySpan<char> text, int instruction, int position, Stack<(int Instruction, int Position, int Floor)> stack, ref long budget)
    {
        var floor = stack.Count;
        while (true)
        {
            if (--budget < 0)
                throw new ResourceLimitException($"regular expression '{Expression[..Math.Min(200, Expression.Length)]}' backtracks without end on this text; use a tokenizer with a simpler one");
            if (program[instruction].Operation == Operation.Accept)
                break;
            if (Step(text, ref instruction, ref position, stack, ref budget))
                continue;
            if (stack.Count == floor)
                return -1;
            var entry = stack.Pop();
            (instruction, position) = (entry.Instruction, entry.Position);
            if (entry.Floor < 0)
                continue;
            position -= WidthBefore(text, position);
            if (position > entry.Floor)
                stack.Push((instruction, position, entry.Floor));
        }
        while (stack.Count > floor)
            stack.Pop();
        return position;
    }

    private bool Step(ReadOnlySpan<char> text, ref int instruction, ref int position, Stack<(int, int, int)> stack, ref long budget)
    {
        var now = program[instruction];
        switch (now.Operation)
        {
            case Operation.Set:
                if (position >= text.Length)
                    return false;
                var width = Width(text, position);
                if (!now.Set!.Contains(CodePoint(text, position, width)))
                    return false;
                position += width;
                instruction++;
                return true;
            case Operation.Loop:
                return Loop(text, now, ref instruction, ref position, stack, ref budget);
            case Operation.Split:
                stack.Push((now.Second, position, -1));
                instruction = now.First;
                return true;
            case Operation.Jump:
                instruction = now.First;
                return true;
            case Operation.Place:
                instruction++;
                return Holds((PlaceKind)now.First, text, position);
            default:
                var end = Run(text, instruction + 1, position, stack, ref budget);
                if (end >= 0 && now.Operation == Operation.Atomic)
                    position = end;
                instruction = now.First;
                return end >= 0 != (now.Operation == Operation.NotAhead);
        }
    }

    private static bool Loop(ReadOnlySpan<char> text, Instruction now, ref int instruction, ref int position, Stack<(int, int, int)> stack, ref long budget)
    {
        var (count, end, least) = (0, position, position);
        while (count < now.Second && end < text.Length)
        {
            var width = Width(text, end);
            if (!now.Set!.Contains(CodePoint(text, end, width)))
                break;
            end += width;
            if (++count == now.First)
                least = end;
        }
        budget -= count;
        if (count < now.First)
            return false;
        instruction++;
        if (count > now.First && !now.KeepsAll)
            stack.Push((instruction, end, least));
        position = end;
        return true;
    }

    private static bool Holds(PlaceKind kind, ReadOnlySpan<char> text, int position) => kind switch
    {
        PlaceKind.Start => position == 0,
        PlaceKind.End => position == text.Length,
        _ => (IsWord(text, position, before: true) != IsWord(text, position, before: false)) == (kind == PlaceKind.WordBoundary),
    };

    private static readonly CharacterSet Word = PatternCategories.Word().Close();

    private static bool IsWord(ReadOnlySpan<char> text, int position, bool before)
    {
        if (before)
            position -= position == 0 ? 1 : WidthBefore(text, position);
        return position >= 0 && position < text.Length && Word.Contains(CodePoint(text, position, Width(text, position)));
    }

    private readonly record struct Instruction(Operation Operation, int First = 0, int Second = 0, CharacterSet? Set = null, bool KeepsAll = false);
}
