//! The words that passwords are put together from more often than from any others, in lower case: what guessers try first.

/// Common passwords, and the words, names and places in them. Chosen by hand; longer ones than these come from their parts.
#[rustfmt::skip]
pub(super) const COMMON_WORDS: &[&str] = &[
    // passwords as such, in some languages
    "password", "passwort", "passwd", "passphrase", "passcode", "pass", "motdepasse", "contrasena", "senha", "parola", "wachtwoord",
    "kennwort", "haslo", "sifre", "geheim", "secret", "secure", "security", "login", "signin", "signup", "welcome", "willkommen",
    "bienvenue", "admin", "administrator", "root", "user", "username", "guest", "test", "testing", "tester", "demo", "example",
    "default", "changeme", "letmein", "access", "account", "temp", "temporary", "system", "server", "service", "master", "manager",
    "trustno1", "opensesame", "iloveyou", "ilovey0u", "loveyou", "loveme", "hello", "hallo", "bonjour", "hola", "ciao", "goodbye",
    "whatever", "nothing", "something", "anything", "everything", "because", "please", "thankyou", "thanks", "blink182",
    // everyday words
    "the", "and", "you", "your", "for", "with", "this", "that", "have", "what", "from", "not", "are", "was", "our", "his", "her",
    "love", "loves", "lover", "life", "live", "home", "house", "family", "mother", "father", "mommy", "daddy", "mama", "papa",
    "brother", "sister", "baby", "babygirl", "babyboy", "girl", "girls", "boys", "friend", "friends", "forever", "always", "never",
    "happy", "sad", "good", "bad", "best", "great", "super", "cool", "nice", "sexy", "hot", "cold", "fuck", "fucking", "fuckyou",
    "shit", "asshole", "bitch", "pussy", "money", "cash", "gold", "golden", "silver", "diamond", "dollar", "rich", "lucky", "magic",
    "angel", "angels", "devil", "heaven", "hell", "jesus", "christ", "god", "lord", "church", "faith", "hope", "peace", "freedom",
    "power", "strong", "fire", "water", "earth", "wind", "rain", "snow", "storm", "thunder", "sun", "sunny", "sunshine", "moon",
    "star", "stars", "sky", "rainbow", "flower", "flowers", "rose", "roses", "cherry", "apple", "orange", "banana", "lemon",
    "chocolate", "cookie", "cookies", "coffee", "cheese", "pizza", "pepper", "ginger", "sugar", "honey", "candy", "butter",
    "red", "green", "blue", "black", "white", "yellow", "purple", "pink", "brown", "number", "one", "two", "three", "four", "five",
    "six", "seven", "eight", "nine", "ten", "zero", "hundred", "thousand", "million",
    // seasons, months, days
    "spring", "summer", "autumn", "winter", "sommer", "january", "february", "march", "april", "june", "july", "august",
    "september", "october", "november", "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    "today", "tomorrow", "yesterday", "christmas", "birthday", "holiday",
    // animals, heroes, games, music, sport
    "dragon", "monkey", "tiger", "lion", "eagle", "eagles", "bear", "bears", "wolf", "wolves", "shark", "snake", "horse", "pony",
    "dog", "dogs", "puppy", "cat", "cats", "kitty", "kitten", "bunny", "rabbit", "mouse", "chicken", "duck", "fish", "dolphin",
    "butterfly", "phoenix", "falcon", "hunter", "killer", "ninja", "pirate", "wizard", "knight", "warrior", "soldier", "samurai",
    "superman", "batman", "spiderman", "ironman", "starwars", "startrek", "pokemon", "pikachu", "naruto", "matrix", "gandalf",
    "hobbit", "harry", "potter", "mickey", "disney", "princess", "prince", "queen", "king", "shadow", "ghost", "monster", "zombie",
    "football", "fussball", "soccer", "baseball", "basketball", "hockey", "tennis", "golf", "player", "gamer", "game", "games",
    "minecraft", "fortnite", "nintendo", "xbox", "playstation", "guitar", "music", "metal", "metallica", "slipknot", "nirvana",
    "beatles", "elvis", "liverpool", "chelsea", "arsenal", "barcelona", "madrid", "juventus", "yankees", "cowboys", "lakers",
    "steelers", "rangers", "united", "ferrari", "porsche", "mercedes", "mustang", "corvette", "yamaha", "honda", "harley",
    // machines and companies
    "computer", "internet", "google", "facebook", "microsoft", "windows", "linux", "apple", "samsung", "amazon", "twitter",
    "instagram", "youtube", "netflix", "company", "office", "business", "work", "school", "college", "student", "teacher",
    "doctor", "mobile", "phone", "email", "mail", "online", "website", "network", "database", "oracle", "cisco", "dell", "latchkey",
    // names and places
    "michael", "jennifer", "jessica", "ashley", "daniel", "david", "robert", "thomas", "andrew", "joshua", "matthew", "anthony",
    "charlie", "george", "william", "james", "john", "johnny", "jordan", "justin", "brandon", "nicole", "amanda", "michelle",
    "melissa", "samantha", "elizabeth", "taylor", "hannah", "sophie", "sophia", "emma", "anna", "maria", "laura", "sarah", "julia",
    "maggie", "buster", "bailey", "rocky", "max", "sam", "alex", "martin", "peter", "paul", "mark", "chris", "kevin", "brian",
    "america", "american", "canada", "england", "london", "paris", "france", "berlin", "germany", "deutschland", "italia", "roma",
    "espana", "mexico", "brasil", "india", "china", "japan", "tokyo", "newyork", "texas", "california", "chicago", "boston",
    "dallas", "houston", "florida", "hawaii", "africa", "europe", "world", "azerty", "qwerty", "qwertz", "asdf", "zxcv",
];
