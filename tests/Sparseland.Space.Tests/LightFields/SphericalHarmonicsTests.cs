using System.Numerics;
using Sparseland.Space.LightFields;

namespace Sparseland.Space.Tests.LightFields;

public class SphericalHarmonicsTests
{
    [Fact]
    public void The_functions_are_orthonormal_over_the_sphere()
    {
        // Gauss-Legendre in z (exact to degree 15) and equal angles around it (exact below 16).
        double[] nodes = [0.1834346424956498, 0.5255324099163290, 0.7966664774136267, 0.9602898564975363];
        double[] weights = [0.3626837833783620, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763];
        var products = new double[16, 16];
        Span<float> values = stackalloc float[SphericalHarmonics.Count];
        for (var node = 0; node < 8; node++)
        {
            var z = node < 4 ? nodes[node] : -nodes[node - 4];
            for (var turn = 0; turn < 16; turn++)
            {
                var (sine, cosine) = Math.SinCos(2 * Math.PI * turn / 16);
                var radius = Math.Sqrt(1 - z * z);
                SphericalHarmonics.Evaluate(new Vector3((float)(radius * cosine), (float)(radius * sine), (float)z), values);
                for (var i = 0; i < 16; i++)
                    for (var j = 0; j < 16; j++)
                        products[i, j] += weights[node % 4] * 2 * Math.PI / 16 * values[i] * values[j];
            }
        }
        for (var i = 0; i < 16; i++)
            for (var j = 0; j < 16; j++)
                Assert.Equal(i == j ? 1 : 0, products[i, j], 1e-5);
    }
}
