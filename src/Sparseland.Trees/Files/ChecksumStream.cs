namespace Sparseland.Trees.Files;

/// <summary>Writes a frozen structure piece by piece and keeps its checksum. Pieces need not be whole words; only their sum must.</summary>
internal sealed class ChecksumStream(Stream stream)
{
    private readonly byte[] _part = new byte[sizeof(ulong)];
    private int _partLength;
    private uint _state = uint.MaxValue;

    /// <summary>Bytes written so far.</summary>
    public long Position { get; private set; }

    /// <summary>The checksum of what was written, whole words.</summary>
    public uint Checksum => ~_state;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        Position += bytes.Length;
        while (_partLength > 0 && !bytes.IsEmpty)
        {
            _part[_partLength++] = bytes[0];
            bytes = bytes[1..];
            if (_partLength == _part.Length)
                (_state, _partLength) = (FrozenFile.Continue(_state, _part), 0);
        }
        var whole = bytes.Length / _part.Length * _part.Length;
        _state = FrozenFile.Continue(_state, bytes[..whole]);
        foreach (var rest in bytes[whole..])
            _part[_partLength++] = rest;
    }

    /// <summary>Writes zeros up to a place.</summary>
    public void PadTo(long place)
    {
        Span<byte> zeros = stackalloc byte[256];
        zeros.Clear();
        while (Position < place)
            Write(zeros[..(int)Math.Min(zeros.Length, place - Position)]);
    }
}
