using System.Globalization;
using System.Numerics;

namespace Sparseland.Space.Meshes.Formats;

/// <summary>Writes lines of ASCII words; numbers in the shortest form that reads back as the same number.</summary>
internal sealed class MeshTextWriter(Stream stream)
{
    private const int LongestWord = 64;
    private readonly byte[] _buffer = new byte[1 << 14];
    private int _used;

    public MeshTextWriter Text(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            if (_used == _buffer.Length)
                Flush();
            var piece = text[..Math.Min(text.Length, _buffer.Length - _used)];
            piece.CopyTo(_buffer.AsSpan(_used));
            _used += piece.Length;
            text = text[piece.Length..];
        }
        return this;
    }

    public MeshTextWriter Number(long value)
    {
        value.TryFormat(Room(), out var written, default, CultureInfo.InvariantCulture);
        _used += written;
        return this;
    }

    public MeshTextWriter Number(float value, ReadOnlySpan<char> format = default)
    {
        value.TryFormat(Room(), out var written, format, CultureInfo.InvariantCulture);
        _used += written;
        return this;
    }

    /// <summary>Three numbers with blanks between.</summary>
    public MeshTextWriter Vector(Vector3 value) => Number(value.X).Text(" "u8).Number(value.Y).Text(" "u8).Number(value.Z);

    public MeshTextWriter EndLine() => Text("\n"u8);

    public void Flush()
    {
        stream.Write(_buffer, 0, _used);
        _used = 0;
    }

    private Span<byte> Room()
    {
        if (_buffer.Length - _used < LongestWord)
            Flush();
        return _buffer.AsSpan(_used);
    }
}
