using System.Globalization;
using System.Numerics;
using System.Text;
using Sparseland.Errors;
using Sparseland.Files;

namespace Sparseland.Space.Meshes.Formats;

/// <summary>Words and numbers of a text file, line by line, with the line's number for messages. '#' at the beginning of a word hides the rest of its line.</summary>
internal ref struct MeshText(string path, ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;
    private bool _started;

    /// <summary>The number of the line, from 1.</summary>
    public int Line { get; private set; } = 1;

    /// <summary>Where the next word is looked for.</summary>
    public readonly int Position => _at;

    /// <summary>Goes to the next line that has a word; false at the end.</summary>
    public bool NextLine()
    {
        if (_started)
            SkipLine();
        _started = true;
        while (_at < _bytes.Length)
        {
            SkipBlanks();
            if (_at < _bytes.Length && _bytes[_at] is not ((byte)'\n' or (byte)'#'))
                return true;
            SkipLine();
        }
        return false;
    }

    /// <summary>The next word of this line; empty when there is none.</summary>
    public ReadOnlySpan<byte> Word()
    {
        _started = true;
        SkipBlanks();
        if (_at == _bytes.Length || _bytes[_at] is (byte)'\n' or (byte)'#')
            return default;
        var start = _at;
        while (_at < _bytes.Length && !IsBlank(_bytes[_at]) && _bytes[_at] != '\n')
            _at++;
        return _bytes[start.._at];
    }

    /// <summary>The next word, of this line or one below.</summary>
    public ReadOnlySpan<byte> WordAnywhere(string what)
    {
        var word = Word();
        if (word.IsEmpty && NextLine())
            word = Word();
        return word.IsEmpty ? throw Fault($"the file ends where {what} should be") : word;
    }

    /// <summary>The next word of this line as a number that is finite.</summary>
    public float Number(string what)
    {
        var word = Word();
        return word.IsEmpty ? throw Fault($"the line ends where {what} should be") : Number(word, what);
    }

    /// <summary>A word as a number that is finite.</summary>
    public readonly float Number(ReadOnlySpan<byte> word, string what) =>
        float.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && float.IsFinite(value) ? value : throw Fault($"{what} is {Printable(word)}, and a finite number is expected");

    /// <summary>The next word of this line as a whole number.</summary>
    public int Integer(string what)
    {
        var word = Word();
        return word.IsEmpty ? throw Fault($"the line ends where {what} should be") : Integer(word, what);
    }

    /// <summary>A word as a whole number.</summary>
    public readonly int Integer(ReadOnlySpan<byte> word, string what) =>
        int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : throw Fault($"{what} is {Printable(word)}, and a whole number is expected");

    /// <summary>Three numbers of this line.</summary>
    public Vector3 Vector(string what) => new(Number(what), Number(what), Number(what));

    /// <summary>Leaves the rest of the line away.</summary>
    public void SkipLine()
    {
        var length = _bytes[_at..].IndexOf((byte)'\n');
        _at = length < 0 ? _bytes.Length : _at + length + 1;
        Line += length < 0 ? 0 : 1;
    }

    /// <summary>The exception for something wrong in this line.</summary>
    public readonly InvalidFileException Fault(string problem) => new(path, $"line {Line}", problem, "mend that line or export the mesh again");

    /// <summary>A word for a message: short, and only characters that can be seen.</summary>
    public static string Printable(ReadOnlySpan<byte> word) => PrintableName.Of(Encoding.Latin1.GetString(word.Length <= 40 ? word : word[..40]));

    // A backslash before the end of a line continues it, as OBJ allows.
    private void SkipBlanks()
    {
        while (_at < _bytes.Length)
        {
            if (IsBlank(_bytes[_at]))
                _at++;
            else if (_bytes[_at] == '\\' && EndOfContinuation() is > 0 and var next)
                (_at, Line) = (next, Line + 1);
            else
                return;
        }
    }

    private readonly int EndOfContinuation()
    {
        var next = _at + 1;
        if (next < _bytes.Length && _bytes[next] == '\r')
            next++;
        return next < _bytes.Length && _bytes[next] == '\n' ? next + 1 : 0;
    }

    private static bool IsBlank(byte unit) => unit is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\v' or (byte)'\f';
}
