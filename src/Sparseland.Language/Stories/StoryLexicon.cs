namespace Sparseland.Language.Stories;

/// <summary>
/// The words of the little world. Every list is free of prefixes of one another in the position where it is used, so that the text says
/// which one was chosen; every place takes "in the", every noun is one word, every sum has at most two digits.
/// </summary>
internal static class StoryLexicon
{
    private const int MaleNames = 12;

    /// <summary>The most of anything countable that one person has.</summary>
    public const int MaximumCount = 12;

    public static readonly string[] People =
    [
        "Tom", "Ben", "Jack", "Sam", "Max", "Leo", "Paul", "Finn", "Oscar", "Hugo", "David", "Peter",
        "Anna", "Lily", "Mia", "Emma", "Rose", "Clara", "Julia", "Nora", "Kate", "Zoe", "Grace", "Molly",
    ];

    public static readonly string[] Places =
    [
        "garden", "kitchen", "barn", "forest", "library", "park", "tower", "cave",
        "shop", "school", "mill", "cellar", "attic", "meadow", "castle", "market",
    ];

    public static readonly string[] Things =
    [
        "ball", "book", "lamp", "drum", "kite", "rope", "coin", "ring", "map", "hat", "cup", "spoon", "flute", "doll", "clock", "brush",
        "mirror", "feather", "candle", "bell", "bottle", "scarf", "umbrella", "hammer", "shovel", "ladder", "pillow", "stone", "shell", "letter", "whistle", "button",
    ];

    public static readonly string[] Colours = ["red", "blue", "green", "yellow", "white", "black", "brown", "orange", "purple", "grey"];

    /// <summary>What has a code, each in any colour.</summary>
    public static readonly string[] Locks = ["box", "chest", "safe", "door", "drawer"];

    public static readonly (string One, string Many)[] Foods =
    [
        ("apple", "apples"), ("pear", "pears"), ("plum", "plums"), ("nut", "nuts"), ("egg", "eggs"), ("cake", "cakes"), ("cookie", "cookies"), ("carrot", "carrots"),
    ];

    public static readonly string[] Utterances =
    [
        "I like the rain.", "I am hungry.", "What a nice day!", "I want to go home.", "I saw a fox.", "I lost my shoe.", "Let us play a game.", "I am not afraid.",
        "My feet are cold.", "I heard a noise.", "Do you like music?", "I had a strange dream.", "We should hurry.", "It is getting late.", "I know a secret.", "Look at that cloud!",
        "I miss my brother.", "My sister is coming.", "There is no hurry.", "I can swim.", "I love this place.", "Somebody was here.", "That was funny.", "I need some sleep.",
        "Winter will be long.", "We need more wood.", "Your coat is very pretty.", "Have you seen my dog?", "The water tastes sweet.", "Tomorrow we will bake bread.", "Please close the window.", "My uncle builds boats.",
        "This is a golden key.", "Spring has finally arrived.", "Stories make me sleepy.", "The soup smells delicious.", "Who broke this chair?", "Remember your promise.", "Nothing frightens me anymore.", "Those mushrooms are poisonous.",
    ];

    public static readonly string[] Moods =
    [
        " was happy.", " was tired.", " smiled.", " laughed.", " sat down for a while.", " sang a song.", " felt a little cold.", " looked at the sky.",
        " yawned.", " whistled a tune.", " thought about dinner.", " was in a hurry.", " counted the clouds.", " closed both eyes.",
        " scratched one ear.", " remembered last summer.", " drew a circle on the ground.", " danced with joy.", " sneezed twice.", " hid behind a tree.",
    ];

    public static readonly string[] Asides =
    [
        " It was raining.", " It was warm.", " The sun was shining.", " The wind was cold.", " A bird was singing.", " Everything was quiet.",
        " A dog barked far away.", " Clouds went by.", " The air smelled of bread.", " Leaves were falling.",
        " Thunder rolled over the hills.", " Butterflies filled the air.", " An owl called somewhere.", " Snow lay on every roof.", " Thick fog hid the road.", " Church bells rang.",
    ];

    /// <summary>The times of the day, each with its usual and its rarer opening.</summary>
    public static readonly (string Usual, string Rare)[] Phases =
    [
        ("In the morning,", "Early in the morning,"), ("At noon,", "Around noon,"), ("In the afternoon,", "Later in the day,"),
        ("In the evening,", "When evening came,"), ("At night,", "Late at night,"),
    ];

    /// <summary>Chances of the next time of the day after each one (first row: after the opening); the last column ends the day.</summary>
    public static readonly double[][] NextPhase =
    [
        [0.60, 0.20, 0.20, 0.00, 0.00, 0.00],
        [0.00, 0.35, 0.35, 0.15, 0.00, 0.15],
        [0.00, 0.00, 0.50, 0.25, 0.00, 0.25],
        [0.00, 0.00, 0.00, 0.45, 0.15, 0.40],
        [0.00, 0.00, 0.00, 0.00, 0.30, 0.70],
        [0.00, 0.00, 0.00, 0.00, 0.00, 1.00],
    ];

    public static string Pronoun(int person) => person < MaleNames ? "he" : "she";

    public static string PronounAtStart(int person) => person < MaleNames ? "He" : "She";

    /// <summary>"a red" or "an orange".</summary>
    public static string WithArticle(string word) => "aeiou".Contains(word[0], StringComparison.Ordinal) ? $"an {word}" : $"a {word}";

    /// <summary>"no apples", "1 apple", "3 apples".</summary>
    public static string Amount(int count, int food) => count switch
    {
        0 => $"no {Foods[food].Many}",
        1 => $"1 {Foods[food].One}",
        _ => $"{count} {Foods[food].Many}",
    };

    /// <summary>"A", "A and B", "A, B and C".</summary>
    public static string Join(IReadOnlyList<string> words) =>
        words.Count < 2 ? words[0] : $"{string.Join(", ", words.Take(words.Count - 1))} and {words[^1]}";
}
