using Sparseland.Trees.Octrees;

namespace Sparseland.Trees.Voxels;

/// <summary>A brick and one voxel around it as bits: 10 slices of 10 rows of 10 bits, bit 0 the voxel before the brick. Dilation is then an "or" of shifted rows.</summary>
internal readonly ref struct BrickWindow(Span<ushort> rows)
{
    /// <summary>How many rows there are.</summary>
    public const int Rows = Side * Side;

    private const int Side = Brick<byte>.Side + 2;

    private readonly Span<ushort> _rows = rows;

    /// <summary>Makes all of it inactive.</summary>
    public void Clear() => _rows.Clear();

    /// <summary>Puts in what of a brick lies in the window.</summary>
    /// <param name="mask">The brick's active voxels.</param>
    /// <param name="dx">-1, 0 or 1: on which side it lies along x.</param>
    /// <param name="dy">The same along y.</param>
    /// <param name="dz">The same along z.</param>
    public void Add(in BrickMask mask, int dx, int dy, int dz)
    {
        var (firstY, lastY) = Visible(dy);
        var (firstZ, lastZ) = Visible(dz);
        for (var z = firstZ; z <= lastZ; z++)
        {
            for (var y = firstY; y <= lastY; y++)
            {
                var row = (int)(mask[z] >> (8 * y)) & 0xFF;
                var bits = dx < 0 ? row >> 7 : dx == 0 ? row << 1 : (row & 1) << 9;
                _rows[(z + 8 * dz + 1) * Side + y + 8 * dy + 1] |= (ushort)bits;
            }
        }
    }

    /// <summary>The brick's voxels that are active or have an active neighbour.</summary>
    public BrickMask Dilated(Connectivity connectivity)
    {
        var result = default(BrickMask);
        for (var z = 0; z < 8; z++)
        {
            for (var y = 0; y < 8; y++)
            {
                var at = (z + 1) * Side + y + 1;
                int own = _rows[at];
                int faces = _rows[at - 1] | _rows[at + 1] | _rows[at - Side] | _rows[at + Side];
                int edges = _rows[at - Side - 1] | _rows[at - Side + 1] | _rows[at + Side - 1] | _rows[at + Side + 1];
                var row = connectivity switch
                {
                    Connectivity.Faces => Spread(own) | faces,
                    Connectivity.Edges => Spread(own | faces) | edges,
                    _ => Spread(own | faces | edges),
                };
                result[z] |= (ulong)((row >> 1) & 0xFF) << (8 * y);
            }
        }
        return result;
    }

    private static int Spread(int row) => row | (row << 1) | (row >> 1);

    private static (int First, int Last) Visible(int side) => side < 0 ? (7, 7) : side == 0 ? (0, 7) : (0, 0);
}
