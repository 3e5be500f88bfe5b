using System.Globalization;

namespace Sparseland.Language.Checkpoints;

/// <summary>What a conversion could not keep: numbers that were rounded, and notes on everything else. Nothing in it means that the output holds exactly the input's numbers.</summary>
public sealed class ConversionLoss
{
    private readonly List<string> _notes = [];

    /// <summary>Tensors of which at least one number changed.</summary>
    public int ChangedTensors { get; private set; }

    /// <summary>Numbers that changed.</summary>
    public long ChangedNumbers { get; private set; }

    /// <summary>The largest difference.</summary>
    public double LargestError { get; private set; }

    /// <summary>The tensor it is in; empty when nothing changed.</summary>
    public string LargestErrorTensor { get; private set; } = "";

    /// <summary>What else the output's format cannot hold.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Whether every number came through unchanged.</summary>
    public bool IsExact => ChangedNumbers == 0;

    /// <summary>Notes something that the output cannot hold.</summary>
    internal void Note(string text)
    {
        if (!_notes.Contains(text))
            _notes.Add(text);
    }

    /// <summary>Compares a tensor's numbers, or rows of it, before and after.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="isNew">Whether these are its first rows.</param>
    /// <param name="before">The numbers that were read.</param>
    /// <param name="after">Those that were written.</param>
    /// <returns>Whether any changed.</returns>
    internal bool Compare(string name, bool isNew, ReadOnlySpan<float> before, ReadOnlySpan<float> after)
    {
        if (before.SequenceEqual(after))
            return false;
        for (var i = 0; i < before.Length; i++)
        {
            if (before[i] == after[i])
                continue;
            ChangedNumbers++;
            var error = Math.Abs((double)before[i] - after[i]);
            if (error > LargestError)
                (LargestError, LargestErrorTensor) = (error, name);
        }
        if (isNew)
            ChangedTensors++;
        return true;
    }

    /// <summary>One line per loss, for a person.</summary>
    public override string ToString()
    {
        var lines = new List<string>(_notes);
        if (!IsExact)
            lines.Insert(0, string.Create(CultureInfo.InvariantCulture, $"{ChangedNumbers:N0} numbers in {ChangedTensors} tensors are rounded, by at most {LargestError:G3} (in {LargestErrorTensor})"));
        return lines.Count == 0 ? "every number is kept exactly" : string.Join(Environment.NewLine, lines);
    }
}
