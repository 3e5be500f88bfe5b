namespace Sparseland.Space.Surfaces;

/// <summary>
/// How a surface runs through a cube of eight samples, for all 256 ways in which corners can be inside. Made by one rule instead of typed in (Lorensen and Cline, "Marching cubes", 1987, for the idea of a table):
/// on each face a segment cuts off every run of inside corners, so what a face shows depends on its four corners alone and neighbours agree (the ambiguity of Nielson and Hamann, "The asymptotic decider", 1991,
/// is always decided for separate insides). Segments join to loops; a loop is cut into triangles by diagonals that lie in no face, so that no edge of the result ever has more than two triangles.
/// </summary>
/// <remarks>Corner c is at (c &amp; 1, (c >> 1) &amp; 1, c >> 2). Edge 4 a + j runs along axis a; j's two bits are the other two coordinates, the lower axis first. Loops run counter-clockwise seen from outside.</remarks>
internal static class CubeTable
{
    /// <summary>Ways in which eight corners can be inside.</summary>
    public const int Cases = 256;

    /// <summary>Edges of a cube.</summary>
    public const int Edges = 12;

    // The corners of each face in a cycle, counter-clockwise seen from outside the cube.
    private static readonly byte[][] Faces = [[0, 4, 6, 2], [1, 3, 7, 5], [0, 1, 5, 4], [2, 6, 7, 3], [0, 2, 3, 1], [4, 5, 7, 6]];

    private static readonly byte[][][] AllLoops = MakeLoops();
    private static readonly byte[][] AllTriangles = Array.ConvertAll(AllLoops, loops => loops.SelectMany(Triangulate).ToArray());
    private static readonly sbyte[] LoopOfEdge = MakeLoopOfEdge();

    /// <summary>The loops of a case, each the edges that it crosses in order.</summary>
    public static ReadOnlySpan<byte[]> Loops(int cubeCase) => AllLoops[cubeCase];

    /// <summary>The triangles of a case, three edges each.</summary>
    public static ReadOnlySpan<byte> Triangles(int cubeCase) => AllTriangles[cubeCase];

    /// <summary>Which loop of a case crosses an edge; -1 when none does.</summary>
    public static int LoopAt(int cubeCase, int edge) => LoopOfEdge[cubeCase * Edges + edge];

    /// <summary>The corners at the lower and the upper end of an edge.</summary>
    public static (int Lower, int Upper) Ends(int edge)
    {
        var (axis, low, high) = (edge >> 2, edge & 1, (edge >> 1) & 1);
        var lower = axis switch { 0 => (low << 1) | (high << 2), 1 => low | (high << 2), _ => low | (high << 1) };
        return (lower, lower | (1 << axis));
    }

    /// <summary>Whether two edges belong to one face.</summary>
    public static bool ShareFace(int a, int b)
    {
        var (lowerA, upperA) = Ends(a);
        var (lowerB, upperB) = Ends(b);
        for (var bit = 1; bit < 8; bit <<= 1)
        {
            var onLow = ((lowerA | upperA | lowerB | upperB) & bit) == 0;
            var onHigh = (lowerA & upperA & lowerB & upperB & bit) != 0;
            if (onLow || onHigh)
                return true;
        }
        return false;
    }

    private static byte[][][] MakeLoops()
    {
        var result = new byte[Cases][][];
        Span<sbyte> next = stackalloc sbyte[Edges];
        for (var cubeCase = 0; cubeCase < Cases; cubeCase++)
        {
            next.Fill(-1);
            foreach (var face in Faces)
                AddSegments(cubeCase, face, next);
            var loops = new List<byte[]>();
            for (var edge = 0; edge < Edges; edge++)
            {
                var loop = new List<byte>();
                for (int at = edge; next[at] >= 0;)
                {
                    loop.Add((byte)at);
                    (at, next[at]) = (next[at], -1);
                }
                if (loop.Count > 0)
                    loops.Add([.. loop]);
            }
            result[cubeCase] = [.. loops];
        }
        return result;
    }

    // For each run of inside corners, from the edge where the cycle enters it to the edge where it leaves.
    private static void AddSegments(int cubeCase, byte[] face, Span<sbyte> next)
    {
        for (var last = 0; last < 4; last++)
        {
            if (!IsInside(cubeCase, face[last]) || IsInside(cubeCase, face[(last + 1) & 3]))
                continue;
            var first = last;
            while (IsInside(cubeCase, face[(first + 3) & 3]))
                first--;
            next[EdgeBetween(face[(first + 3) & 3], face[first & 3])] = (sbyte)EdgeBetween(face[last], face[(last + 1) & 3]);
        }
    }

    private static bool IsInside(int cubeCase, int corner) => ((cubeCase >> corner) & 1) != 0;

    private static int EdgeBetween(int a, int b)
    {
        var lower = Math.Min(a, b);
        var (axis, x, y, z) = (System.Numerics.BitOperations.Log2((uint)(a ^ b)), lower & 1, (lower >> 1) & 1, lower >> 2);
        return 4 * axis + axis switch { 0 => y | (z << 1), 1 => x | (z << 1), _ => x | (y << 1) };
    }

    private static List<byte> Triangulate(byte[] loop)
    {
        var triangles = new List<byte>();
        if (!Cut(loop, 0, loop.Length - 1, triangles))
            throw new InvalidOperationException($"the loop {string.Join(", ", loop)} has no diagonals off the faces");
        return triangles;
    }

    // The part of the loop from one place to another, closed by the segment between them.
    private static bool Cut(byte[] loop, int from, int to, List<byte> triangles)
    {
        if (to - from < 2)
            return true;
        for (var tip = from + 1; tip < to; tip++)
        {
            if (!MayJoin(loop, from, tip) || !MayJoin(loop, tip, to))
                continue;
            var before = triangles.Count;
            triangles.AddRange([loop[from], loop[tip], loop[to]]);
            if (Cut(loop, from, tip, triangles) && Cut(loop, tip, to, triangles))
                return true;
            triangles.RemoveRange(before, triangles.Count - before);
        }
        return false;
    }

    private static bool MayJoin(byte[] loop, int from, int to) => to - from == 1 || to - from == loop.Length - 1 || !ShareFace(loop[from], loop[to]);

    private static sbyte[] MakeLoopOfEdge()
    {
        var result = new sbyte[Cases * Edges];
        Array.Fill(result, (sbyte)-1);
        for (var cubeCase = 0; cubeCase < Cases; cubeCase++)
        {
            for (var loop = 0; loop < AllLoops[cubeCase].Length; loop++)
            {
                foreach (var edge in AllLoops[cubeCase][loop])
                    result[cubeCase * Edges + edge] = (sbyte)loop;
            }
        }
        return result;
    }
}
