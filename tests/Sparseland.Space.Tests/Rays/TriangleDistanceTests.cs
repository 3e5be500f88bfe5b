using System.Numerics;
using CsCheck;
using Sparseland.Space.Rays;

namespace Sparseland.Space.Tests.Rays;

public class TriangleDistanceTests
{
    private static readonly Gen<Vector3> Points = Gen.Float[-1, 1].Array[3].Select(c => new Vector3(c[0], c[1], c[2]));

    [Fact]
    public void TheNearestPointIsNoFartherThanAnyOfAFineGridAndLiesWhereItsSharesSay() =>
        Gen.Select(Points, Points, Points, Points).Sample((point, a, b, c) =>
        {
            var offset = TriangleDistance.Nearest(point, a, b, c, out var squared, out var u, out var v);
            Assert.True(u >= 0 && v >= 0 && u + v <= 1.000001f);
            Assert.True(Vector3.Distance(point + offset, a + u * (b - a) + v * (c - a)) < 1e-5f);
            Assert.Equal(offset.LengthSquared(), squared, 1e-5f);
            var least = float.PositiveInfinity;
            for (var i = 0; i <= 20; i++)
            {
                for (var j = 0; j <= 20 - i; j++)
                    least = MathF.Min(least, Vector3.Distance(point, a + i / 20f * (b - a) + j / 20f * (c - a)));
            }
            Assert.InRange(MathF.Sqrt(squared), 0, least + 1e-5f);
            Assert.InRange(MathF.Sqrt(squared), least - 0.1f, float.PositiveInfinity);
        }, iter: 500);
}
