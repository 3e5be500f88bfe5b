using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Sparseland.Errors;
using Sparseland.Tensors;

namespace Sparseland.Recipes;

public sealed partial class LayerStatistics
{
    private const int HeaderBytes = 32;
    private static readonly byte[] Magic = "SPLSTAT1"u8.ToArray();

    /// <summary>
    /// Writes the statistics as they are, little-endian: 8 bytes "SPLSTAT1", int32 columns, int32 kinds, int64 tokens, int64 sequences, then, as far as gathered,
    /// Σx² and mean and Σ(x − mean)² as float64 [columns], XᵀX as float32 [columns, columns], and the statistics of the held-out tokens in this same format.
    /// </summary>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Span<byte> header = stackalloc byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], Columns);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], (int)Kinds);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], TokenCount);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], SequenceCount);
        stream.Write(header);
        stream.Write(MemoryMarshal.AsBytes<double>(_sumOfSquares));
        stream.Write(MemoryMarshal.AsBytes<double>(_mean));
        stream.Write(MemoryMarshal.AsBytes<double>(_deviation));
        if (_gram is not null)
            for (var row = 0; row < Columns; row++)
                stream.Write(MemoryMarshal.AsBytes(Gram.Row(row)));
        _heldOut?.Save(stream);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="stream">The stream; its length is checked before anything is allocated.</param>
    /// <param name="path">The file's name, for messages.</param>
    /// <exception cref="InvalidFileException">It is something else, truncated, or too long.</exception>
    public static LayerStatistics Load(Stream stream, string path)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Span<byte> header = stackalloc byte[HeaderBytes];
        var (columns, kinds) = ReadHeader(stream, header, path);
        var statistics = new LayerStatistics(columns, kinds);
        statistics.Read(stream, header, path);
        return statistics;
    }

    /// <summary>What a file that <see cref="Save"/> wrote holds, from its header and length alone.</summary>
    /// <exception cref="InvalidFileException">It is something else, truncated, or too long.</exception>
    public static StatisticsKind ReadKinds(Stream stream, string path)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return ReadHeader(stream, stackalloc byte[HeaderBytes], path).Kinds;
    }

    private void Read(Stream stream, Span<byte> header, string path)
    {
        TokenCount = BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
        SequenceCount = BinaryPrimitives.ReadInt64LittleEndian(header[24..]);
        stream.ReadExactly(MemoryMarshal.AsBytes(_sumOfSquares.AsSpan()));
        stream.ReadExactly(MemoryMarshal.AsBytes(_mean.AsSpan()));
        stream.ReadExactly(MemoryMarshal.AsBytes(_deviation.AsSpan()));
        if (_gram is not null)
            for (var row = 0; row < Columns; row++)
                stream.ReadExactly(MemoryMarshal.AsBytes(_gram.Matrix.Row(row)));
        if (_heldOut is null)
            return;
        if (ReadHeader(stream, header, path) != (Columns, HeldOutKinds))
            throw Damaged(path, "its held-out part is of other channels");
        _heldOut.Read(stream, header, path);
    }

    private static (int Columns, StatisticsKind Kinds) ReadHeader(Stream stream, Span<byte> header, string path)
    {
        if (stream.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes || !header[..8].SequenceEqual(Magic))
            throw Damaged(path, "no calibration statistics of this version");
        var columns = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        var kinds = (StatisticsKind)BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
        if (columns is < 1 or > 1 << 20 || ((int)kinds & ~15) != 0 || stream.Length - stream.Position != ByteCount(columns, kinds))
            throw Damaged(path, $"{stream.Length} bytes do not fit statistics of {columns} channels");
        return (columns, kinds);
    }

    private static InvalidFileException Damaged(string path, string problem) => new(path, "", problem, "delete the file; calibration writes it again");
}
