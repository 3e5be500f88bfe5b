using System.Globalization;
using System.Text;
using Sparseland.Errors;

namespace Sparseland.Files;

/// <summary>The header of a .npy file: a Python dictionary of three known keys, {'descr': '&lt;f4', 'fortran_order': False, 'shape': (2, 3), }. Only this form is read; nothing is evaluated.</summary>
internal static class NumpyHeader
{
    private const int MaxRank = 32;
    private static readonly string[] Codes = ["f4", "f8", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "b1"];

    /// <summary>Takes the dictionary apart.</summary>
    /// <exception cref="InvalidFileException">It has another form.</exception>
    /// <exception cref="UnsupportedException">The type or order is not known.</exception>
    public static (NumpyType Type, List<long> Extents) Parse(string path, string text)
    {
        var cursor = new Cursor(path, text);
        NumpyType? type = null;
        bool? fortran = null;
        List<long>? extents = null;
        cursor.Expect('{');
        while (!cursor.TryTake('}'))
        {
            var key = cursor.Quoted();
            cursor.Expect(':');
            if (key == "descr")
                type = TypeOf(path, cursor.Quoted());
            else if (key == "fortran_order")
                fortran = cursor.Word() switch { "True" => true, "False" => false, _ => throw cursor.Fault("True or False is expected") };
            else if (key == "shape")
                extents = Extents(ref cursor);
            else
                throw cursor.Fault($"the key {PrintableName.Of(key)} is not known");
            if (!cursor.TryTake(','))
            {
                cursor.Expect('}');
                break;
            }
        }
        if (type is null || fortran is null || extents is null)
            throw cursor.Fault("the keys descr, fortran_order and shape are expected");
        if (fortran.Value && extents.Count > 1)
            throw new UnsupportedException($"{path}: the array is in Fortran order; only C order is known (numpy.ascontiguousarray before saving)");
        return (type.Value, extents);
    }

    /// <summary>The header's text for an array.</summary>
    public static string Format(NumpyType type, IReadOnlyList<long> extents)
    {
        var shape = extents.Count == 1 ? $"({extents[0].ToString(CultureInfo.InvariantCulture)},)" : $"({string.Join(", ", extents.Select(extent => extent.ToString(CultureInfo.InvariantCulture)))})";
        return $"{{'descr': '{(NumpyArray.ByteCount(type) == 1 ? '|' : '<')}{Codes[(int)type]}', 'fortran_order': False, 'shape': {shape}, }}";
    }

    private static NumpyType TypeOf(string path, string code)
    {
        var index = code.Length == 3 && code[0] is '<' or '|' or '=' ? Array.IndexOf(Codes, code[1..]) : -1;
        return index >= 0
            ? (NumpyType)index
            : throw new UnsupportedException($"{path}: the element type {PrintableName.Of(code)} is not known; known are little-endian {string.Join(", ", Codes)}");
    }

    private static List<long> Extents(ref Cursor cursor)
    {
        var extents = new List<long>();
        cursor.Expect('(');
        while (!cursor.TryTake(')'))
        {
            if (extents.Count == MaxRank || !long.TryParse(cursor.Word(), NumberStyles.None, CultureInfo.InvariantCulture, out var extent))
                throw cursor.Fault($"up to {MaxRank} whole numbers are expected in the shape");
            extents.Add(extent);
            if (!cursor.TryTake(','))
            {
                cursor.Expect(')');
                break;
            }
        }
        return extents;
    }

    private ref struct Cursor(string path, string text)
    {
        private int _at;

        public readonly InvalidFileException Fault(string problem) => new(path, $"header, character {_at}", problem, "the file is damaged: write it again");

        public void Expect(char expected)
        {
            if (!TryTake(expected))
                throw Fault($"'{expected}' is expected");
        }

        public bool TryTake(char expected)
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at]))
                _at++;
            if (_at >= text.Length || text[_at] != expected)
                return false;
            _at++;
            return true;
        }

        public string Quoted()
        {
            var quote = TryTake('\'') ? '\'' : TryTake('"') ? '"' : throw Fault("a quoted text is expected");
            var end = text.IndexOf(quote, _at);
            if (end < 0)
                throw Fault("a quoted text does not end");
            var quoted = text[_at..end];
            _at = end + 1;
            return quoted;
        }

        public string Word()
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at]))
                _at++;
            var start = _at;
            while (_at < text.Length && char.IsAsciiLetterOrDigit(text[_at]))
                _at++;
            return text[start.._at];
        }
    }
}
