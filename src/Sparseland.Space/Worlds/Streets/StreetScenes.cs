using Sparseland.Errors;

namespace Sparseland.Space.Worlds.Streets;

/// <summary>The scenes by name: what a person can ask for.</summary>
public static class StreetScenes
{
    private const double LongestSeconds = 3600;

    private static readonly (string Name, string Summary, Func<double, ulong, StreetWorld> Make)[] Known =
    [
        ("street", "a road of two to four lanes with houses, trees, parked and moving vehicles, people", RoadScenes.Street),
        ("crossing", "two roads that meet; the vehicle turns left", RoadScenes.Crossing),
        ("parking", "rows of parked cars, vans and kiosks, driven through slowly", RoadScenes.CarPark),
        ("room", "a furnished room of 6 x 5 x 3 m, walked around in", IndoorScenes.Room),
        ("corridor", "a long corridor, the same all along but for its walls' pattern", IndoorScenes.Corridor),
        ("field", "almost nothing: grass, a few trees", RoadScenes.Field),
    ];

    /// <summary>The names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Known.Select(scene => scene.Name)];

    /// <summary>What a scene is, in a line.</summary>
    public static string Summary(string name) => Find(name).Summary;

    /// <summary>Makes a scene.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="seconds">How long the drive through it lasts, two seconds at rest included; above 0, at most an hour.</param>
    /// <param name="seed">The run's seed.</param>
    /// <exception cref="InvalidSettingException">The name is not known or the time is out of range.</exception>
    public static StreetWorld Make(string name, double seconds, ulong seed)
    {
        var scene = Find(name);
        if (!(seconds > 0 && seconds <= LongestSeconds))
            throw new InvalidSettingException($"a drive of {seconds} s; it lasts more than 0 and at most {LongestSeconds} s");
        return scene.Make(seconds, seed);
    }

    private static (string Name, string Summary, Func<double, ulong, StreetWorld> Make) Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var scene = Array.Find(Known, candidate => candidate.Name == name);
        return scene.Make is null ? throw new InvalidSettingException($"there is no scene '{name}'{Suggestion.For(name, Names)}; known are {string.Join(", ", Names)}") : scene;
    }
}
