using System.Runtime.CompilerServices;

namespace Sparseland.Language.Checkpoints;

/// <summary>How the rows of a canonical tensor come from those of the file. Rows are moved as bytes, so block-quantised rows can be moved too.</summary>
internal abstract unsafe record StoredRows
{
    /// <summary>The file has the canonical order: nothing is copied.</summary>
    public static readonly StoredRows? InOrder;

    /// <summary>Makes the canonical bytes.</summary>
    /// <param name="source">The stored tensor.</param>
    /// <param name="destination">The canonical tensor.</param>
    /// <param name="rows">Canonical rows.</param>
    /// <param name="rowBytes">Bytes of a canonical row.</param>
    public abstract void Arrange(byte* source, byte* destination, long rows, long rowBytes);

    /// <summary>Bytes of the stored tensor, from its first one, that <see cref="Arrange"/> reads.</summary>
    /// <param name="rows">Canonical rows.</param>
    /// <param name="rowBytes">Bytes of a canonical row.</param>
    public abstract long SourceBytes(long rows, long rowBytes);

    /// <summary>
    /// Rotary pairs that lie side by side (rows 2i and 2i + 1 of a head, as in llama2.c and GGUF's llama) moved into the two halves of a head that the canonical convention rotates.
    /// </summary>
    /// <param name="HeadWidth">Rows of a head; even.</param>
    public sealed record InterleavedPairs(int HeadWidth) : StoredRows
    {
        /// <inheritdoc/>
        public override void Arrange(byte* source, byte* destination, long rows, long rowBytes)
        {
            for (var row = 0L; row < rows; row++)
                Buffer.MemoryCopy(source + StoredRow(row) * rowBytes, destination + row * rowBytes, rowBytes, rowBytes);
        }

        /// <inheritdoc/>
        public override long SourceBytes(long rows, long rowBytes) => rows * rowBytes;

        /// <summary>Which canonical row a stored row is.</summary>
        public long CanonicalRow(long row)
        {
            var (head, place) = Math.DivRem(row, HeadWidth);
            var (pair, half) = Math.DivRem(place, 2);
            return head * HeadWidth + half * (HeadWidth / 2) + pair;
        }

        /// <summary>Which stored row a canonical row is.</summary>
        public long StoredRow(long row)
        {
            var (head, place) = Math.DivRem(row, HeadWidth);
            var (half, pair) = Math.DivRem(place, HeadWidth / 2);
            return head * HeadWidth + 2 * pair + half;
        }
    }

    /// <summary>Columns of a matrix that is stored transposed ([inputs, outputs], GPT-2's Conv1D), some of them: a part of the fused query-key-value matrix.</summary>
    /// <param name="StoredColumns">Columns of the stored matrix.</param>
    /// <param name="FirstColumn">The stored column that is canonical row 0.</param>
    /// <param name="ElementBytes">2, 4 or 8.</param>
    public sealed record Transposed(long StoredColumns, long FirstColumn, int ElementBytes) : StoredRows
    {
        private const int Tile = 32;

        /// <inheritdoc/>
        public override void Arrange(byte* source, byte* destination, long rows, long rowBytes)
        {
            var columns = rowBytes / ElementBytes;
            // Tiles, so that both sides stay in the first-level cache.
            for (var row = 0L; row < rows; row += Tile)
                for (var column = 0L; column < columns; column += Tile)
                    ArrangeTile(source, destination, row, Math.Min(rows, row + Tile), column, Math.Min(columns, column + Tile), columns);
        }

        /// <inheritdoc/>
        public override long SourceBytes(long rows, long rowBytes) => ((rowBytes / ElementBytes - 1) * StoredColumns + FirstColumn + rows) * ElementBytes;

        private void ArrangeTile(byte* source, byte* destination, long row, long rowEnd, long column, long columnEnd, long columns)
        {
            for (var r = row; r < rowEnd; r++)
                for (var c = column; c < columnEnd; c++)
                    Unsafe.CopyBlockUnaligned(destination + (r * columns + c) * ElementBytes, source + (c * StoredColumns + FirstColumn + r) * ElementBytes, (uint)ElementBytes);
        }
    }
}
