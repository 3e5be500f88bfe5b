namespace Sparseland.Space.Rays;

/// <summary>
/// The bytes of a hierarchy. A node is 256 bytes: six rows of eight floats (lowest x, highest x, lowest y, ... of its children), a row of eight references, a spare row; a place without a child has an empty box.
/// A block is 320 bytes: nine rows of eight floats (x, y, z of the corners A, then B, then C) and a row of eight triangle numbers; when there are fewer than eight, the last one is repeated.
/// A reference of 0 or more is a node, below 0 the complement of a block's number. Node 0 is the root.
/// </summary>
internal static class BvhLayout
{
    public const int Width = 8;
    public const int NodeFloats = 64;
    public const int ReferenceRow = 6 * Width;
    public const int BlockFloats = 80;
    public const int NumberRow = 9 * Width;

    /// <summary>No wide path from the root is longer: below this level the builder halves.</summary>
    public const int BalancedDepth = 22;

    /// <summary>Enough for every walk: 22 levels and 11 more halved ones of 8 children, all but one waiting.</summary>
    public const int StackEntries = 256;
}
