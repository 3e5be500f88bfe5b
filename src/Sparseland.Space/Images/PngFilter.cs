namespace Sparseland.Space.Images;

/// <summary>PNG's five row filters (ISO/IEC 15948, section 9): each byte less a guess from its left, upper and upper left neighbours.</summary>
internal static class PngFilter
{
    /// <summary>Filters a row.</summary>
    /// <param name="filter">0 none, 1 left, 2 up, 3 their mean, 4 Paeth's choice.</param>
    /// <param name="row">The row's bytes.</param>
    /// <param name="above">The row above; zeros at the top.</param>
    /// <param name="pixelBytes">How far the left neighbour is.</param>
    /// <param name="destination">Gets the filtered bytes.</param>
    public static void Apply(int filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int pixelBytes, Span<byte> destination)
    {
        for (var i = 0; i < row.Length; i++)
        {
            var (left, corner) = i >= pixelBytes ? (row[i - pixelBytes], above[i - pixelBytes]) : ((byte)0, (byte)0);
            destination[i] = (byte)(row[i] - Guess(filter, left, above[i], corner));
        }
    }

    /// <summary>Undoes a filter in place.</summary>
    public static void Undo(int filter, Span<byte> row, ReadOnlySpan<byte> above, int pixelBytes)
    {
        for (var i = 0; i < row.Length; i++)
        {
            var (left, corner) = i >= pixelBytes ? (row[i - pixelBytes], above[i - pixelBytes]) : ((byte)0, (byte)0);
            row[i] = (byte)(row[i] + Guess(filter, left, above[i], corner));
        }
    }

    /// <summary>The sum of the bytes' magnitudes as signed numbers: rows that cost little are packed well.</summary>
    public static long Cost(ReadOnlySpan<byte> filtered)
    {
        var cost = 0L;
        foreach (var value in filtered)
            cost += Math.Abs((int)(sbyte)value);
        return cost;
    }

    private static int Guess(int filter, int left, int up, int corner) => filter switch
    {
        0 => 0,
        1 => left,
        2 => up,
        3 => (left + up) / 2,
        _ => Paeth(left, up, corner),
    };

    private static int Paeth(int left, int up, int corner)
    {
        var guess = left + up - corner;
        var (byLeft, byUp, byCorner) = (Math.Abs(guess - left), Math.Abs(guess - up), Math.Abs(guess - corner));
        return byLeft <= byUp && byLeft <= byCorner ? left : byUp <= byCorner ? up : corner;
    }
}
