using System.Numerics;

namespace Sparseland.Space.Voxels;

/// <summary>
/// Where the rows of voxels along x pass through a mesh, which tells inside from outside: what the winding number is left of a voxel. Whether a row passes through a triangle is decided in whole numbers, on a lattice
/// much finer than the voxels, and rows that meet a side or a corner count as moved up by less than anything (Edelsbrunner and Muecke, "Simulation of simplicity", 1990): of a closed mesh no row slips through.
/// </summary>
internal sealed class RowCrossings
{
    // Differences of coordinates keep below 2^28, so that their products add up exactly in 64 bits.
    private const int CoordinateBits = 28;
    private const int MostFractionBits = 20;

    private readonly int _rowsY;
    private readonly int _rowsZ;
    private readonly int[] _first;
    private readonly float[] _places;
    private readonly sbyte[] _turns;

    public RowCrossings(LatticeMesh mesh, CancellationToken cancellationToken)
    {
        var most = Vector3.Zero;
        foreach (var position in mesh.Positions)
            most = Vector3.Max(most, position);
        (_rowsY, _rowsZ) = ((int)most.Y + 2, (int)most.Z + 2);
        var fraction = Math.Min(MostFractionBits, CoordinateBits - 1 - BitOperations.Log2((uint)Math.Max(most.X, Math.Max(most.Y, most.Z)) + 1));
        var found = new List<(int Row, float Place, sbyte Turn)>();
        for (var triangle = 0; triangle < mesh.TriangleCount; triangle++)
        {
            if ((triangle & 0xFFF) == 0)
                cancellationToken.ThrowIfCancellationRequested();
            Add(mesh.Corners(triangle), fraction, found);
        }
        (_first, _places, _turns) = Sort(found, _rowsY * _rowsZ);
    }

    /// <summary>Which of eight voxels of a row are inside: bit i for the voxel at x + i.</summary>
    public int Inside(int x, int y, int z)
    {
        if ((uint)y >= (uint)_rowsY || (uint)z >= (uint)_rowsZ)
            return 0;
        var (from, to) = (_first[z * _rowsY + y], _first[z * _rowsY + y + 1]);
        var (winding, inside) = (0, 0);
        var at = from;
        for (var i = 0; i < 8 && from < to; i++)
        {
            for (; at < to && _places[at] < x + i; at++)
                winding += _turns[at];
            inside |= winding != 0 ? 1 << i : 0;
        }
        return inside;
    }

    /// <summary>The first and the last place where a row passes through the mesh; none when it does not.</summary>
    public (float First, float Last)? Span(int y, int z)
    {
        if ((uint)y >= (uint)_rowsY || (uint)z >= (uint)_rowsZ)
            return null;
        var (from, to) = (_first[z * _rowsY + y], _first[z * _rowsY + y + 1]);
        return from == to ? null : (_places[from], _places[to - 1]);
    }

    private void Add((Vector3 A, Vector3 B, Vector3 C) corners, int fraction, List<(int Row, float Place, sbyte Turn)> found)
    {
        var (a, b, c) = (Fixed(corners.A, fraction), Fixed(corners.B, fraction), Fixed(corners.C, fraction));
        var area = Turn(a, b, c.Y, c.Z);
        if (area == 0)
            return;
        var one = 1L << fraction;
        var (firstY, lastY) = (Math.Min(a.Y, Math.Min(b.Y, c.Y)) >> fraction, Math.Max(a.Y, Math.Max(b.Y, c.Y)) >> fraction);
        var (firstZ, lastZ) = (Math.Min(a.Z, Math.Min(b.Z, c.Z)) >> fraction, Math.Max(a.Z, Math.Max(b.Z, c.Z)) >> fraction);
        for (var z = firstZ; z <= lastZ; z++)
        {
            for (var y = firstY; y <= lastY; y++)
            {
                var (ab, bc, ca) = (Turn(a, b, y * one, z * one), Turn(b, c, y * one, z * one), Turn(c, a, y * one, z * one));
                var sign = Sign(ab, a, b);
                if (sign != Sign(bc, b, c) || sign != Sign(ca, c, a))
                    continue;
                var place = ((double)bc * corners.A.X + (double)ca * corners.B.X + (double)ab * corners.C.X) / area;
                // Seen from outside counter-clockwise: with a normal towards +x the row leaves, else it enters.
                found.Add(((int)(z * _rowsY + y), (float)place, (sbyte)(area > 0 ? -1 : 1)));
            }
        }
    }

    private static (long Y, long Z) Fixed(Vector3 position, int fraction) => ((long)Math.Round((double)position.Y * (1L << fraction)), (long)Math.Round((double)position.Z * (1L << fraction)));

    // Twice the area of a side and a point: above zero when the point is left of the way from a to b.
    private static long Turn((long Y, long Z) a, (long Y, long Z) b, long y, long z) => (b.Y - a.Y) * (z - a.Z) - (b.Z - a.Z) * (y - a.Y);

    // On the side itself: as if the row were a little further along y, and less than that along z.
    private static int Sign(long turn, (long Y, long Z) a, (long Y, long Z) b) => turn != 0 ? Math.Sign(turn) : b.Z != a.Z ? Math.Sign(a.Z - b.Z) : Math.Sign(b.Y - a.Y);

    private static (int[] First, float[] Places, sbyte[] Turns) Sort(List<(int Row, float Place, sbyte Turn)> found, int rows)
    {
        var first = new int[rows + 1];
        foreach (var (row, _, _) in found)
            first[row + 1]++;
        for (var row = 0; row < rows; row++)
            first[row + 1] += first[row];
        var (next, places, turns) = (first[..rows], new float[found.Count], new sbyte[found.Count]);
        foreach (var (row, place, turn) in found)
        {
            // Sorted by place as they come: a row has few.
            var at = next[row]++;
            for (; at > first[row] && places[at - 1] > place; at--)
                (places[at], turns[at]) = (places[at - 1], turns[at - 1]);
            (places[at], turns[at]) = (place, turn);
        }
        return (first, places, turns);
    }
}
