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
    /// Σx² and mean and Σ(x − mean)² as float64 [columns], and XᵀX as float32 [columns, columns].
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
        if (_gram is null)
            return;
        var gram = Gram;
        for (var row = 0; row < Columns; row++)
            stream.Write(MemoryMarshal.AsBytes(gram.Row(row)));
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
        var statistics = new LayerStatistics(columns, kinds)
        {
            TokenCount = BinaryPrimitives.ReadInt64LittleEndian(header[16..]),
            SequenceCount = BinaryPrimitives.ReadInt64LittleEndian(header[24..]),
        };
        stream.ReadExactly(MemoryMarshal.AsBytes(statistics._sumOfSquares.AsSpan()));
        stream.ReadExactly(MemoryMarshal.AsBytes(statistics._mean.AsSpan()));
        stream.ReadExactly(MemoryMarshal.AsBytes(statistics._deviation.AsSpan()));
        if (statistics._gram is not null)
            for (var row = 0; row < columns; row++)
                stream.ReadExactly(MemoryMarshal.AsBytes(statistics._gram.Matrix.Row(row)));
        return statistics;
    }

    /// <summary>What a file that <see cref="Save"/> wrote holds, from its header and length alone.</summary>
    /// <exception cref="InvalidFileException">It is something else, truncated, or too long.</exception>
    public static StatisticsKind ReadKinds(Stream stream, string path)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return ReadHeader(stream, stackalloc byte[HeaderBytes], path).Kinds;
    }

    private static (int Columns, StatisticsKind Kinds) ReadHeader(Stream stream, Span<byte> header, string path)
    {
        if (stream.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes || !header[..8].SequenceEqual(Magic))
            throw Damaged(path, "no calibration statistics of this version");
        var columns = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        var kinds = (StatisticsKind)BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
        if (columns is < 1 or > 1 << 20 || ((int)kinds & ~7) != 0 || stream.Length - stream.Position != ByteCount(columns, kinds))
            throw Damaged(path, $"{stream.Length} bytes do not fit statistics of {columns} channels");
        return (columns, kinds);
    }

    private static InvalidFileException Damaged(string path, string problem) => new(path, "", problem, "delete the file; calibration writes it again");
}
