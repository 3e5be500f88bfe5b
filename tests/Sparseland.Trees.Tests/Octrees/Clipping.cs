using Sparseland.Trees.Octrees;

namespace Sparseland.Trees.Tests.Octrees;

/// <summary>The other way to ask whether a cube meets a polygon: cut away what lies beyond each face and see whether anything is left (Sutherland and Hodgman 1974).</summary>
internal static class Clipping
{
    /// <param name="polygon">The corners, from the cube's centre.</param>
    /// <param name="half">Half the cube's side.</param>
    public static bool Leaves(List<Vector3Double> polygon, double half)
    {
        foreach (var normal in new Vector3Double[] { new(1, 0, 0), new(-1, 0, 0), new(0, 1, 0), new(0, -1, 0), new(0, 0, 1), new(0, 0, -1) })
        {
            var kept = new List<Vector3Double>();
            for (var i = 0; i < polygon.Count; i++)
            {
                var (a, b) = (polygon[i], polygon[(i + 1) % polygon.Count]);
                var (insideA, insideB) = (half - Vector3Double.Dot(a, normal), half - Vector3Double.Dot(b, normal));
                if (insideA >= 0)
                    kept.Add(a);
                if (insideA * insideB < 0)
                    kept.Add(a + (b - a) * (insideA / (insideA - insideB)));
            }
            polygon = kept;
        }
        return polygon.Count > 0;
    }
}
